"""The AWS CLI with session-manager-plugin, on a good network."""
from aws_checks import check_all

check_all("on a good network")
