from {{ package_name }} import data, features, tracking, train
from {{ package_name }}.config import Settings, load_settings
from {{ package_name }}.contracts import Table
from {{ package_name }}.lifecycle import aliases
from {{ package_name }}.serving import champion
