"""The AWS CLI with session-manager-plugin, over connections that are cut."""
from aws_checks import check_all

check_all("over connections that are cut", "--fault", "rst:after=4", "--fault", "close:after=12")
