"""A Vault for tests, on a free port of the loopback: see vault.py for what it imitates.

    python3 tests/servers/vault/server.py [--port N] [--root-token T] [--tls-cert F --tls-key F]

starts like `vault server -dev`: unsealed, a KV 2 at secret/, the root token as given. Its unseal key is
"unseal-key". `POST /test/set` takes clock (seconds to move on), sealed, standby (address of the
active node, "" for none) and initialized."""

import os
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

from http_front import serve  # noqa: E402
from vault import Refusal, Vault  # noqa: E402


def make(options):
    vault = Vault(options.root_token)

    def answer(method, path, query, body, headers):
        if not path.startswith("/v1/"):
            return 404, {"errors": []}, {}
        try:
            status, said = vault.handle(method, path[4:], query, body, headers)
        except Refusal as refusal:
            return refusal.status, refusal.body, refusal.headers
        if said is None or path == "/v1/sys/health" or path == "/v1/sys/seal-status":
            return status, said, {}
        whole = {"request_id": str(uuid.uuid4()), "lease_id": "", "renewable": False,
                 "lease_duration": 0, "data": None, "wrap_info": None, "warnings": None,
                 "auth": None}
        return status, {**whole, **said}, {}

    def change(body):
        vault.offset += body.get("clock", 0)
        for name in ("sealed", "standby", "initialized"):
            setattr(vault, name, body.get(name, getattr(vault, name)))
        for text in body.get("forget", []):
            vault.tokens.pop(text, None)
        if body.get("forgetAll"):  # as a Vault that was restored from a snapshot
            vault.tokens = {t: k for t, k in vault.tokens.items() if "root" in k.policies}

    return answer, change


if __name__ == "__main__":
    serve(make, [("--root-token", {"default": "root"})])
