from {{ package_name }} import data, evaluate
from {{ package_name }}.config import Settings, load_settings
from {{ package_name }}.metrics import Claim
from {{ package_name }}.tables import Tables
