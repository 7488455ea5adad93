from {{ package_name }} import data, text
from {{ package_name }}.config import Settings, load_settings
