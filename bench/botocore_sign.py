"""ssm-sign's work done by botocore: request documents on stdin, signed ones on stdout."""
import json
import os
import sys

import botocore.auth
import botocore.awsrequest
import botocore.credentials


def main():
    keys = botocore.credentials.Credentials(os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
    signers = {}
    for line in sys.stdin:
        document = json.loads(line)
        scope = document["service"], document["region"]
        signer = signers.setdefault(scope, botocore.auth.SigV4Auth(keys, *scope))
        request = botocore.awsrequest.AWSRequest(method=document["method"], url=document["url"],
                                                 headers=document["headers"], data=document["body"])
        signer.add_auth(request)
        document["headers"] = dict(request.headers.items())
        print(json.dumps(document))


main()
