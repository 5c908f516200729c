"""What the tests of SSO share: files, a portal, an OIDC service, the two clients."""
import hashlib
import time

import find_botocore
from fake_aws import JSON, error_headers, keys, oidc_document, sso_document
from provider_home import Home, secret

START = "https://d.awsapps.com/start"
LEGACY = f"""[default]
region = eu-west-1
sso_start_url = {START}
sso_region = us-east-1
sso_account_id = 000011112222
sso_role_name = Role
"""
SESSION = f"""[default]
region = eu-west-1
sso_session = my-sso
sso_account_id = 000011112222
sso_role_name = Role
[sso-session my-sso]
sso_start_url = {START}
sso_region = us-east-1
"""
OVER = ("The SSO session associated with this profile has expired or is otherwise invalid. To refresh this "
        "SSO session run aws sso login with the corresponding profile.")
FAILED = "Error when retrieving token from sso: Token has expired and refresh failed"
TOKEN = secret("canary-access-token")
REFRESH = secret("canary-refresh-token")
CLIENT_SECRET = secret("canary-client-secret")
KEYS = keys("ASIAFAKE", secret("canary/secret+key"), secret("canary-session-token=="))
NEW = secret("canary-new-access-token")
NEW_REFRESH = secret("canary-new-refresh-token")


# Both clients; botocore is left out where it is too old for endpoints in the environment.
SIDES = [lambda home: home.probe("sso"), lambda home: home.botocore()][:2 if find_botocore.NEW else 1]


def file_of(name):
    return f".aws/sso/cache/{hashlib.sha1(name.encode()).hexdigest()}.json"


def token(left=3600, now=None, **changes):
    """A token file; a change to None leaves a member out."""
    at = time.gmtime((time.time() if now is None else now) + left)
    members = {"startUrl": START, "region": "us-east-1", "accessToken": TOKEN,
               "expiresAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", at), "clientId": "client",
               "clientSecret": CLIENT_SECRET, "registrationExpiresAt": "2099-01-01T00:00:00Z",
               "refreshToken": REFRESH, **changes}
    return {name: value for name, value in members.items() if value is not None}


def play(aws, refresh="good"):
    """Portal and OIDC. The second one's answer by name."""
    aws.reset()
    aws.reply("GET /federation/credentials", headers=JSON, body=lambda _: sso_document(KEYS))
    if refresh == "good":
        aws.reply("POST /token", headers=JSON, body=oidc_document(NEW, 28800, NEW_REFRESH))
    elif refresh == "bare":
        aws.reply("POST /token", headers=JSON, body=oidc_document(NEW, 28800, None))
    elif refresh == "refused":
        aws.reply("POST /token", 400, headers=error_headers("InvalidGrantException"),
                  body={"error": "invalid_grant", "error_description": "gone " + REFRESH})
    elif refresh == "ill":
        aws.reply("POST /token", 500, body="")
    elif refresh == "nonsense":
        aws.reply("POST /token", headers=JSON, body={"expiresIn": 5})


def home_for(aws, config=SESSION, kept=None, environment=None):
    home = Home(config, {"AWS_ENDPOINT_URL": aws.url, **(environment or {})})
    if kept is not None:
        home.write(file_of("my-sso" if "sso_session" in config else START), kept)
    return home
