from {{ package_name }} import columns, data, dataset, features, train
from {{ package_name }}.columns import Table
from {{ package_name }}.config import Settings, load_settings
