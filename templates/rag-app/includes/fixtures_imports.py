from {{ package_name }} import data
from {{ package_name }}.config import Settings, load_settings
{% if dataset -%}
from {{ package_name }}.evaluation.proposing import propose
from {{ package_name }}.reading import documents
from {{ package_name }}.storage.store import open_store

MOST_DOCUMENTS = 12  # that tests read: their time must not grow with the folder
{% endif -%}
