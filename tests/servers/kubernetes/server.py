"""The part of Kubernetes' API server that gives out Secrets, for tests, written from the published API:
bearer tokens of service accounts, RBAC by Role (verbs get on secrets, resourceNames), Status objects.

    python3 tests/servers/kubernetes/server.py [--port N] [--tls-cert F --tls-key F]

`POST /test/set` takes {"secret": {"namespace", "name", "data": {key: plain text}}} (data null
removes it) and {"account": {"token", "user", "rules": [{"namespace", "names": [] for all}]}}."""

import base64
import os
import re
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from http_front import serve  # noqa: E402


def status(code, reason, message, details=None):
    return code, {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                  "message": message, "reason": reason, "details": details or {}, "code": code}, {}


class Cluster:
    def __init__(self):
        self.secrets, self.accounts, self.revision = {}, {}, 1000

    def account_of(self, headers):
        kind, _, token = headers.get("Authorization", "").partition(" ")
        return self.accounts.get(token) if kind == "Bearer" else None

    def answer(self, method, path, query, body, headers):
        account = self.account_of(headers)
        if headers.get("Authorization") and account is None:
            return status(401, "Unauthorized", "Unauthorized")
        user = account["user"] if account else "system:anonymous"
        if path == "/version":
            return 200, {"major": "1", "minor": "30", "gitVersion": "v1.30.0"}, {}
        match = re.fullmatch(r"/api/v1/namespaces/([^/]+)/secrets/([^/]+)", path)
        if not match:
            return status(404, "NotFound", "the server could not find the requested resource")
        space, name = match.groups()
        if method != "GET" or not self.may(account, space, name):
            return status(403, "Forbidden",
                          'secrets "%s" is forbidden: User "%s" cannot get resource "secrets" in '
                          'API group "" in the namespace "%s"' % (name, user, space),
                          {"name": name, "kind": "secrets"})
        found = self.secrets.get((space, name))
        if found is None:
            return status(404, "NotFound", 'secrets "%s" not found' % name,
                          {"name": name, "kind": "secrets"})
        return 200, found, {}

    @staticmethod
    def may(account, space, name):
        rules = account["rules"] if account else []
        return any(r["namespace"] in (space, "*") and (not r.get("names") or name in r["names"])
                   for r in rules)

    def change(self, body):
        if "account" in body:
            self.accounts[body["account"]["token"]] = body["account"]
        for token in body.get("forget", []):
            self.accounts.pop(token, None)
        if "secret" not in body:
            return
        given = body["secret"]
        place = (given["namespace"], given["name"])
        if given.get("data") is None:
            self.secrets.pop(place, None)
            return
        self.revision += 1
        data = {k: base64.b64encode(v.encode("latin-1") if given.get("binary") else v.encode())
                .decode() for k, v in given["data"].items()}
        self.secrets[place] = {
            "kind": "Secret", "apiVersion": "v1", "type": given.get("type", "Opaque"),
            "metadata": {"name": given["name"], "namespace": given["namespace"],
                         "uid": "00000000-0000-0000-0000-000000000000",
                         "resourceVersion": str(self.revision),
                         "creationTimestamp": "2026-01-01T00:00:00Z"}, "data": data}


def make(_):
    cluster = Cluster()
    return cluster.answer, cluster.change


if __name__ == "__main__":
    serve(make)
