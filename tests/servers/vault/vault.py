"""What a HashiCorp Vault does, as far as HotSwap's tests need it, written from Vault's published HTTP
API: tokens with policies and leases, the AppRole and Kubernetes auth methods, KV 1 and 2, Transit,
namespaces, seal and standby. It keeps everything in memory and is no place for secrets."""

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
import uuid


class Refusal(Exception):
    def __init__(self, status, *errors, body=None, headers=None):
        super().__init__(errors)
        self.status = status
        self.body = body if body is not None else {"errors": list(errors)}
        self.headers = headers or {}


def denied():
    return Refusal(403, "1 error occurred:\n\t* permission denied\n\n")


def invalid(text):
    return Refusal(400, text)


def seconds(value, default=0):
    """Go's durations and plain numbers."""
    if value in (None, ""):
        return default
    if isinstance(value, (int, float)):
        return int(value)
    if value.isdigit():
        return int(value)
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", value)
    if not parts or "".join(n + u for n, u in parts) != value:
        raise invalid("error converting input for field: time: invalid duration %r" % value)
    return int(sum(float(n) * units[u] for n, u in parts))


def stamp(at):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + ".%09dZ" % int(at % 1 * 1e9)


def listed(value):
    if value is None:
        return []
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else list(value)


class Policy:
    """`path "secret/data/*" { capabilities = ["read"] }`"""

    def __init__(self, text):
        self.text = text
        self.rules = []
        for path, body in re.findall(r'path\s+"([^"]+)"\s*\{([^}]*)\}', text):
            found = re.search(r"capabilities\s*=\s*\[([^\]]*)\]", body)
            names = re.findall(r'"([a-z]+)"', found.group(1)) if found else []
            self.rules.append((path, set(names)))

    @staticmethod
    def pattern(path):
        glob = path.endswith("*")
        text = re.escape(path[:-1] if glob else path).replace(r"\+", "[^/]+")
        return re.compile(text + (".*" if glob else "") + r"\Z", re.S)


def capabilities(policies, path):
    """Of the most specific rule that matches; those of equal paths are added, deny wins."""
    best, found = None, set()
    for policy in policies:
        for rule, names in policy.rules:
            if not Policy.pattern(rule).match(path):
                continue
            wild = min(i for i in (rule.find("+"), rule.find("*"), len(rule)) if i >= 0)
            rank = (wild, not rule.endswith("*"), -rule.count("+"), len(rule))
            if best is None or rank > best:
                best, found = rank, set(names)
            elif rank == best:
                found |= names
    return {"deny"} if "deny" in found else found


class Token:
    def __init__(self, vault, policies, ttl, **options):
        self.id = options.get("id") or "hvs." + secrets.token_urlsafe(24)
        self.accessor = secrets.token_urlsafe(18)
        self.namespace = options.get("namespace", "")
        self.policies = policies
        self.created = vault.now()
        self.ttl = self.first_ttl = ttl
        self.issued = self.created
        self.max_ttl = options.get("max_ttl", 0)
        self.period = options.get("period", 0)
        self.renewable = options.get("renewable", True) and ttl > 0
        self.uses = options.get("uses", 0)
        self.path = options.get("path", "auth/token/create")
        self.meta = options.get("meta", {})
        self.display_name = options.get("display_name", "token")

    def left(self, now):
        return int(self.issued + self.ttl - now) if self.ttl else 0

    def alive(self, now):
        return self.ttl == 0 or now < self.issued + self.ttl

    def renew(self, now, increment):
        ttl = self.period or increment or self.first_ttl
        if self.max_ttl and not self.period:
            ttl = min(ttl, max(0, int(self.created + self.max_ttl - now)))
        self.issued, self.ttl = now, ttl

    def auth(self):
        return {"client_token": self.id, "accessor": self.accessor, "policies": self.policies,
                "token_policies": self.policies, "metadata": self.meta, "lease_duration": self.ttl,
                "renewable": self.renewable, "entity_id": "", "token_type": "service",
                "orphan": True, "mfa_requirement": None, "num_uses": self.uses}


class KvOne:
    kind, options = "kv", {"version": "1"}

    def __init__(self, vault):
        self.vault, self.secrets = vault, {}

    def handle(self, method, path, query, body):
        if method in ("POST", "PUT"):
            self.secrets[path] = body
            return 204, None
        if method == "DELETE":
            self.secrets.pop(path, None)
            return 204, None
        if path not in self.secrets:
            raise Refusal(404)
        return 200, {"data": self.secrets[path], "lease_duration": 2764800}


class KvTwo:
    kind, options = "kv", {"version": "2"}

    def __init__(self, vault):
        self.vault, self.secrets, self.max_versions = vault, {}, 10

    def handle(self, method, path, query, body):
        what, _, name = path.partition("/")
        handler = getattr(self, "on_" + what, None)
        if handler is None or not name:
            raise Refusal(404)
        return handler(method, name, query, body)

    def on_data(self, method, name, query, body):
        if method in ("POST", "PUT"):
            return self.write(name, body)
        known = self.secrets.get(name)
        if method == "DELETE":
            if known:
                known[max(known)]["deletion_time"] = stamp(self.vault.now())
            return 204, None
        if not known:
            raise Refusal(404)
        number = int(query.get("version", ["0"])[0]) or max(known)
        if number not in known:
            raise Refusal(404)
        version = known[number]
        gone = version["destroyed"] or version["deletion_time"] != ""
        answer = {"data": {"data": None if gone else version["data"],
                           "metadata": self.metadata(number, version)}}
        if gone:
            raise Refusal(404, body=answer)
        return 200, answer

    @staticmethod
    def metadata(number, version):
        return {"created_time": version["created_time"], "custom_metadata": None,
                "deletion_time": version["deletion_time"], "destroyed": version["destroyed"],
                "version": number}

    def write(self, name, body):
        if not isinstance(body.get("data"), dict):
            raise invalid("no data provided")
        known = self.secrets.setdefault(name, {})
        current = max(known, default=0)
        cas = (body.get("options") or {}).get("cas")
        if cas is not None and cas != current:
            raise invalid("check-and-set parameter did not match the current version")
        known[current + 1] = {"data": body["data"], "created_time": stamp(self.vault.now()),
                              "deletion_time": "", "destroyed": False}
        for number in [n for n in known if n <= current + 1 - self.max_versions]:
            del known[number]
        return 200, {"data": self.metadata(current + 1, known[current + 1])}

    def marked(self, name, body, change):
        for number in body.get("versions", []):
            if int(number) in self.secrets.get(name, {}):
                change(self.secrets[name][int(number)])
        return 204, None

    def on_delete(self, method, name, query, body):
        at = stamp(self.vault.now())
        return self.marked(name, body, lambda v: v.update(deletion_time=at))

    def on_undelete(self, method, name, query, body):
        return self.marked(name, body, lambda v: v.update(deletion_time=""))

    def on_destroy(self, method, name, query, body):
        return self.marked(name, body, lambda v: v.update(destroyed=True, data=None))

    def on_metadata(self, method, name, query, body):
        known = self.secrets.get(name)
        if not known:
            raise Refusal(404)
        if method == "DELETE":
            del self.secrets[name]
            return 204, None
        versions = {str(n): {k: v[k] for k in ("created_time", "deletion_time", "destroyed")}
                    for n, v in known.items()}
        return 200, {"data": {"cas_required": False, "created_time": known[min(known)]["created_time"],
                              "current_version": max(known), "delete_version_after": "0s",
                              "max_versions": 0, "oldest_version": min(known),
                              "updated_time": known[max(known)]["created_time"],
                              "custom_metadata": None, "versions": versions}}


class Transit:
    """Its ciphertexts are authenticated and differ each time, but the cipher is a test's own."""
    kind, options = "transit", None

    def __init__(self, vault):
        self.vault, self.keys = vault, {}

    def handle(self, method, path, query, body):
        what, _, rest = path.partition("/")
        if what == "keys":
            return self.on_keys(method, rest, body)
        if what not in ("encrypt", "decrypt", "rewrap") or method == "GET":
            raise Refusal(404 if what not in ("encrypt", "decrypt", "rewrap") else 405,
                          "unsupported operation")
        if rest not in self.keys:
            raise invalid("encryption key not found")
        return 200, {"data": getattr(self, what)(self.keys[rest], body)}

    def on_keys(self, method, rest, body):
        name, _, verb = rest.partition("/")
        if method in ("POST", "PUT") and verb == "":
            self.keys.setdefault(name, {"versions": {1: secrets.token_bytes(32)}, "min": 1,
                                        "derived": bool(body.get("derived"))})
            return 204, None
        if name not in self.keys:
            raise Refusal(404)
        key = self.keys[name]
        if method in ("POST", "PUT") and verb == "rotate":
            key["versions"][max(key["versions"]) + 1] = secrets.token_bytes(32)
            return 204, None
        if method in ("POST", "PUT") and verb == "config":
            key["min"] = int(body.get("min_decryption_version", key["min"]))
            return 204, None
        if verb:
            raise Refusal(405, "unsupported operation")
        return 200, {"data": {"name": name, "type": "aes256-gcm96", "derived": key["derived"],
                              "exportable": False, "deletion_allowed": False,
                              "latest_version": max(key["versions"]),
                              "min_decryption_version": key["min"], "min_encryption_version": 0,
                              "keys": {str(n): 1700000000 + n for n in key["versions"]}}}

    @staticmethod
    def stream(key, nonce, count):
        out = b""
        while len(out) < count:
            out += hmac.new(key, nonce + len(out).to_bytes(8, "big"), hashlib.sha256).digest()
        return out[:count]

    @staticmethod
    def context(key, body):
        if not key["derived"]:
            return b""
        if not body.get("context"):
            raise invalid("missing 'context' for key derivation; the key was created using a "
                          "derived key, which means additional, per-request information must be "
                          "included in order to perform operations with the key")
        return base64.b64decode(body["context"])

    def encrypt(self, key, body):
        try:
            plain = base64.b64decode(body["plaintext"], validate=True)
            bound = base64.b64decode(body.get("associated_data", ""), validate=True)
        except (KeyError, ValueError, TypeError):
            raise invalid("missing plaintext to encrypt, or it is not base64") from None
        number = int(body.get("key_version") or max(key["versions"]))
        secret = key["versions"][number] + self.context(key, body)
        nonce = secrets.token_bytes(12)
        text = bytes(a ^ b for a, b in zip(plain, self.stream(secret, nonce, len(plain))))
        tag = hmac.new(secret, b"tag" + nonce + text + bound, hashlib.sha256).digest()[:16]
        sealed = base64.b64encode(nonce + text + tag).decode()
        return {"ciphertext": "vault:v%d:%s" % (number, sealed), "key_version": number}

    def decrypt(self, key, body):
        match = re.fullmatch(r"vault:v(\d+):([A-Za-z0-9+/=]+)", body.get("ciphertext", ""))
        if not match:
            raise invalid("invalid ciphertext: no prefix")
        number = int(match.group(1))
        if number not in key["versions"]:
            raise invalid("invalid ciphertext: version is too new")
        if number < key["min"]:
            raise invalid("ciphertext or signature version is disallowed by policy (too old)")
        try:
            sealed = base64.b64decode(match.group(2), validate=True)
            bound = base64.b64decode(body.get("associated_data", ""), validate=True)
        except ValueError:
            raise invalid("invalid ciphertext: could not decode base64") from None
        nonce, text, tag = sealed[:12], sealed[12:-16], sealed[-16:]
        secret = key["versions"][number] + self.context(key, body)
        wanted = hmac.new(secret, b"tag" + nonce + text + bound, hashlib.sha256).digest()[:16]
        if not hmac.compare_digest(tag, wanted):
            raise invalid("cipher: message authentication failed")
        plain = bytes(a ^ b for a, b in zip(text, self.stream(secret, nonce, len(text))))
        return {"plaintext": base64.b64encode(plain).decode()}

    def rewrap(self, key, body):
        return self.encrypt(key, {**body, **self.decrypt(key, body)})


class AppRole:
    kind = "approle"

    def __init__(self, vault):
        self.vault, self.roles = vault, {}

    def handle(self, method, path, query, body, namespace):
        if path == "login":
            return self.login(body, namespace)
        match = re.fullmatch(r"role/([^/]+)(?:/(role-id|secret-id|custom-secret-id))?", path)
        if not match:
            raise Refusal(404)
        name, what = match.groups()
        if method in ("POST", "PUT") and what is None:
            self.roles.setdefault(name, {"role_id": str(uuid.uuid4()), "secrets": {}}).update(body)
            return 204, None
        if name not in self.roles:
            raise Refusal(404)
        role = self.roles[name]
        if what == "role-id":
            if method != "GET":
                role["role_id"] = body["role_id"]
                return 204, None
            return 200, {"data": {"role_id": role["role_id"]}}
        if what in ("secret-id", "custom-secret-id"):
            text = body.get("secret_id") or str(uuid.uuid4())
            uses = int(body.get("num_uses", role.get("secret_id_num_uses", 0)))
            ttl = seconds(body.get("ttl", role.get("secret_id_ttl")))
            role["secrets"][text] = {"uses": uses, "until": self.vault.now() + ttl if ttl else None}
            return 200, {"data": {"secret_id": text, "secret_id_accessor": str(uuid.uuid4()),
                                  "secret_id_ttl": ttl, "secret_id_num_uses": uses}}
        return 200, {"data": {k: v for k, v in role.items() if k != "secrets"}}

    def login(self, body, namespace):
        if not body.get("role_id"):
            raise invalid("missing role_id")
        role = next((r for r in self.roles.values() if r["role_id"] == body["role_id"]), None)
        if role is None:
            raise invalid("invalid role ID")
        if role.get("bind_secret_id", True):
            self.use(role, body.get("secret_id"))
        return 200, {"auth": self.vault.issue(role, "auth/approle/login", namespace).auth()}

    def use(self, role, text):
        if not text:
            raise invalid("missing secret_id")
        known = role["secrets"].get(text)
        if known is None:
            raise invalid("invalid secret id")
        if known["until"] is not None and self.vault.now() >= known["until"]:
            del role["secrets"][text]
            raise invalid("invalid secret id")
        if known["uses"] == 1:
            del role["secrets"][text]
        elif known["uses"] > 1:
            known["uses"] -= 1


class KubernetesAuth:
    """Takes tokens of service accounts by their claims; signatures are the TokenReview's matter."""
    kind = "kubernetes"

    def __init__(self, vault):
        self.vault, self.roles, self.config = vault, {}, {}

    def handle(self, method, path, query, body, namespace):
        if path == "config":
            self.config = body
            return 204, None
        if path == "login":
            return self.login(body, namespace)
        if not path.startswith("role/"):
            raise Refusal(404)
        if method in ("POST", "PUT"):
            self.roles[path[5:]] = body
            return 204, None
        if path[5:] not in self.roles:
            raise Refusal(404)
        return 200, {"data": self.roles[path[5:]]}

    def login(self, body, namespace):
        if not body.get("role"):
            raise invalid("missing role")
        if body["role"] not in self.roles:
            raise invalid('invalid role name "%s"' % body["role"])
        role = self.roles[body["role"]]
        try:
            part = body["jwt"].split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            space, account = re.fullmatch(r"system:serviceaccount:([^:]+):([^:]+)",
                                          claims["sub"]).groups()
        except (KeyError, IndexError, ValueError, AttributeError):
            raise denied() from None
        if claims.get("exp", 1 << 40) < self.vault.now():
            raise denied()
        names = listed(role.get("bound_service_account_names"))
        spaces = listed(role.get("bound_service_account_namespaces"))
        if not ({"*", account} & set(names)) or not ({"*", space} & set(spaces)):
            raise Refusal(403, "service account name not authorized")
        meta = {"role": body["role"], "service_account_name": account,
                "service_account_namespace": space}
        token = self.vault.issue(role, "auth/kubernetes/login", namespace, meta)
        return 200, {"auth": token.auth()}


ENGINES = {"transit": Transit, "kv": KvOne, "generic": KvOne}
METHODS = {"approle": AppRole, "kubernetes": KubernetesAuth}


class Namespace:
    def __init__(self, vault):
        self.mounts, self.auth, self.policies = {}, {}, {}
        self.policies["default"] = Policy(
            'path "auth/token/lookup-self" { capabilities = ["read"] }'
            'path "auth/token/renew-self" { capabilities = ["update"] }'
            'path "auth/token/revoke-self" { capabilities = ["update"] }')
        self.vault = vault


class Vault:
    def __init__(self, root_token):
        self.offset = 0.0
        self.sealed, self.standby, self.initialized = False, "", True
        self.namespaces = {"": Namespace(self)}
        self.namespaces[""].mounts["secret/"] = KvTwo(self)
        root = Token(self, ["root"], 0, id=root_token, renewable=False)
        self.tokens = {root_token: root}

    def now(self):
        return time.time() + self.offset

    def issue(self, role, path, namespace, meta=None):
        policies = {"default", *listed(role.get("token_policies", role.get("policies")))}
        if role.get("token_no_default_policy"):
            policies.discard("default")
        policies = sorted(policies)
        ttl = seconds(role.get("token_ttl", role.get("ttl")), 2764800)
        token = Token(self, policies, seconds(role.get("token_period")) or ttl, path=path,
                      namespace=namespace, max_ttl=seconds(role.get("token_max_ttl")),
                      period=seconds(role.get("token_period")),
                      uses=int(role.get("token_num_uses", 0)), meta=meta or {})
        self.tokens[token.id] = token
        return token

    # ── requests ─────────────────────────────────────────────────────────────────────────────────

    def handle(self, method, path, query, body, headers):
        """Status and answer; Refusal for what Vault refuses."""
        open_answer = self.unauthenticated(method, path, query, body)
        if open_answer:
            return open_answer
        if self.sealed:
            raise Refusal(503, "Vault is sealed")
        if self.standby:
            raise Refusal(307, body={}, headers={"Location": self.standby + "/v1/" + path})
        namespace, path = self.locate(headers.get("X-Vault-Namespace", ""), path)
        if path.endswith("."):
            raise Refusal(404, "unsupported path")
        space = self.namespaces[namespace]
        login = re.fullmatch(r"auth/(.+)/login", path)
        if login and login.group(1) + "/" in space.auth and method in ("POST", "PUT"):
            return space.auth[login.group(1) + "/"].handle(method, "login", query, body, namespace)
        token = self.token_of(headers)
        if path.startswith("sys/internal/ui/mounts/"):
            return self.preflight(token, namespace, path[len("sys/internal/ui/mounts/"):])
        self.authorize(token, namespace, method, path)
        return self.routed(token, namespace, method, path, (query, body))

    def unauthenticated(self, method, path, query, body):
        if path == "sys/health":
            return self.health(query)
        if path == "sys/seal-status":
            return 200, {"type": "shamir", "initialized": self.initialized, "sealed": self.sealed,
                         "t": 1, "n": 1, "progress": 0, "version": "1.17.0"}
        if path == "sys/unseal" and method in ("POST", "PUT"):
            if body.get("key") != "unseal-key":
                raise invalid("Unseal failed, invalid key")
            self.sealed = False
            return self.unauthenticated("GET", "sys/seal-status", query, body)
        return None

    def health(self, query):
        status = 200
        if not self.initialized:
            status = int(query.get("uninitcode", ["501"])[0])
        elif self.sealed:
            status = int(query.get("sealedcode", ["503"])[0])
        elif self.standby and "standbyok" not in query:
            status = int(query.get("standbycode", ["429"])[0])
        return status, {"initialized": self.initialized, "sealed": self.sealed,
                        "standby": bool(self.standby), "performance_standby": False,
                        "replication_performance_mode": "disabled",
                        "replication_dr_mode": "disabled", "server_time_utc": int(self.now()),
                        "version": "1.17.0", "cluster_name": "vault-cluster-test",
                        "cluster_id": "00000000-0000-0000-0000-000000000000"}

    def locate(self, header, path):
        """The namespace may stand in the header, in the path, or in both."""
        named = header.strip("/")
        if named not in self.namespaces:
            raise self.no_route(path)
        while True:
            first, _, rest = path.partition("/")
            deeper = (named + "/" + first).strip("/")
            if deeper == named or deeper not in self.namespaces:
                return named, path
            named, path = deeper, rest

    @staticmethod
    def no_route(path):
        return Refusal(404, 'no handler for route "%s". route entry not found.' % path)

    def token_of(self, headers):
        text = headers.get("X-Vault-Token", "")
        bearer = headers.get("Authorization", "")
        if not text and bearer.startswith("Bearer "):
            text = bearer[7:]
        if not text:
            raise invalid("missing client token")
        token = self.tokens.get(text)
        if token is None or not token.alive(self.now()):
            self.tokens.pop(text, None)
            raise Refusal(403, "2 errors occurred:\n\t* permission denied\n\t* invalid token\n\n")
        if token.uses:
            token.uses -= 1
            if token.uses == 0:
                del self.tokens[text]
        return token

    def policies_of(self, token):
        known = self.namespaces[token.namespace].policies
        return [known[name] for name in token.policies if name in known]

    @staticmethod
    def seen_from(token, namespace, path):
        """As the policies of the token's own namespace call it."""
        if not (namespace + "/").startswith(token.namespace + "/" if token.namespace else ""):
            raise denied()
        inner = namespace[len(token.namespace):].strip("/")
        return (inner + "/" if inner else "") + path

    def authorize(self, token, namespace, method, path):
        seen = self.seen_from(token, namespace, path)
        if "root" in token.policies:
            return
        needed = {"GET": {"read"}, "HEAD": {"read"}, "LIST": {"list"}, "DELETE": {"delete"},
                  "PATCH": {"patch"}}.get(method, {"update", "create"})
        if not needed & capabilities(self.policies_of(token), seen):
            raise denied()

    def preflight(self, token, namespace, path):
        refused = Refusal(403, "preflight capability check returned 403, please ensure client's "
                               'policies grant access to path "%s/"' % path.strip("/"))
        mount = self.mount_of(namespace, path.strip("/") + "/")
        if mount is None:
            raise refused
        seen = self.seen_from(token, namespace, mount)
        if "root" not in token.policies:
            rules = [rule for policy in self.policies_of(token) for rule in policy.rules]
            if not any(r[0].rstrip("*").startswith(seen) or seen.startswith(r[0].rstrip("*"))
                       for r in rules if "deny" not in r[1]):
                raise refused
        engine = self.namespaces[namespace].mounts[mount]
        return 200, {"data": {"accessor": "kv_0", "config": {}, "description": "", "path": mount,
                              "local": False, "options": engine.options, "seal_wrap": False,
                              "type": engine.kind, "uuid": str(uuid.uuid4())}}

    def mount_of(self, namespace, path):
        fits = [m for m in self.namespaces[namespace].mounts if path.startswith(m)]
        return max(fits, key=len, default=None)

    def routed(self, token, namespace, method, path, rest):
        query, body = rest
        space = self.namespaces[namespace]
        if path.startswith("auth/token/"):
            return self.token_call(token, namespace, path[len("auth/token/"):], body)
        if path.startswith("auth/"):
            for name, auth in space.auth.items():
                if path.startswith("auth/" + name):
                    return auth.handle(method, path[len("auth/" + name):], query, body, namespace)
        if path.startswith("sys/"):
            return self.system(namespace, method, path[4:], body)
        mount = self.mount_of(namespace, path)
        if mount is None:
            raise self.no_route(path)
        return space.mounts[mount].handle(method, path[len(mount):], query, body)

    def token_call(self, token, namespace, path, body):
        now = self.now()
        if path == "create":
            made = Token(self, sorted({"default", *listed(body.get("policies"))}),
                         seconds(body.get("period")) or seconds(body.get("ttl"), 2764800),
                         id=body.get("id"), namespace=namespace,
                         renewable=body.get("renewable", True),
                         max_ttl=seconds(body.get("explicit_max_ttl")),
                         period=seconds(body.get("period")), uses=int(body.get("num_uses", 0)))
            self.tokens[made.id] = made
            return 200, {"auth": made.auth()}
        if path == "lookup-self":
            return 200, {"data": {
                "accessor": token.accessor, "creation_time": int(token.created),
                "creation_ttl": token.first_ttl, "display_name": token.display_name,
                "entity_id": "", "expire_time": stamp(token.issued + token.ttl) if token.ttl else None,
                "explicit_max_ttl": token.max_ttl, "id": token.id, "meta": token.meta,
                "num_uses": token.uses, "orphan": True, "path": token.path,
                "policies": token.policies, "renewable": token.renewable, "ttl": token.left(now),
                "type": "service"}}
        if path == "renew-self":
            if not token.renewable:
                raise invalid("lease is not renewable")
            token.renew(now, seconds(body.get("increment")))
            return 200, {"auth": token.auth()}
        if path in ("revoke-self", "revoke"):
            self.tokens.pop(body.get("token", token.id) if path == "revoke" else token.id, None)
            return 204, None
        raise Refusal(404)

    def system(self, namespace, method, path, body):
        space = self.namespaces[namespace]
        kind, _, name = path.partition("/")
        if path == "seal":
            self.sealed = True
        elif kind == "namespaces" and name:
            self.namespaces[(namespace + "/" + name).strip("/")] = Namespace(self)
        elif kind == "mounts" and method == "DELETE":
            space.mounts.pop(name.strip("/") + "/", None)
        elif kind == "mounts" and name:
            two = str((body.get("options") or {}).get("version", "")) == "2"
            engine = KvTwo if body.get("type") == "kv-v2" or two else ENGINES.get(body.get("type"))
            if engine is None:
                raise invalid('plugin not found in the catalog: %s' % body.get("type"))
            space.mounts[name.strip("/") + "/"] = engine(self)
        elif kind == "auth" and name:
            space.auth[name.strip("/") + "/"] = METHODS[body["type"]](self)
        elif kind == "policies" and name.startswith("acl/"):
            space.policies[name[4:]] = Policy(body["policy"])
        elif kind == "policy" and name:  # the older path of the same
            space.policies[name] = Policy(body.get("policy") or body["rules"])
        else:
            raise Refusal(404)
        return 204, None
