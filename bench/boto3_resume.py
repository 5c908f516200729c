"""ResumeSession by boto3: session ids on stdin, answers on stdout, in order. usage: boto3_resume.py THREADS"""
import concurrent.futures
import json
import os
import sys

import boto3
from botocore.config import Config


def main():
    threads = int(sys.argv[1])
    ssm = boto3.client("ssm", endpoint_url=os.environ["AWS_ENDPOINT_URL_SSM"],
                       config=Config(max_pool_connections=max(threads, 10)))

    def resume(line):
        answer = ssm.resume_session(SessionId=line.strip())
        del answer["ResponseMetadata"]
        return json.dumps(answer)

    if threads == 1:
        for line in sys.stdin:
            print(resume(line))
        return
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        for line in pool.map(resume, sys.stdin):
            print(line)


main()
