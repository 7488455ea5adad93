from {{ package_name }} import data
from {{ package_name }}.config import Settings, load_settings
