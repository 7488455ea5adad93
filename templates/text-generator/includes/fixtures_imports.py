from {{ package_name }} import data, raw
from {{ package_name }}.config import Settings, load_settings
