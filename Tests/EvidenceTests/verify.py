#!/usr/bin/env python3
"""Checks an exported history of Handsel from its bytes, by Docs/Protocol.md and VERIFY.md alone.

    python3 verify.py DIRECTORY

It shares no code with Handsel and needs cbor2 and cryptography. It checks everything but the rules of work and money, who was
let in by which invite, and whether history.html and history.json say what the changes say: those it takes by their digests.
Exit code 0 and a summary, or 3 and one sentence about the first damage.
"""

import base64
import hashlib
import json
import os
import sys
import zlib

import cbor2
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

DIGESTED = ["VERIFY.md", "changes.cbor", "exporter.pem", "history.html", "history.json"]
REQUIRED = DIGESTED + ["manifest.json", "manifest.sig"]
OPTIONAL = ["manifest.tsr"]
CONTROL, SEALED = 1, (2, 3)
MAX_HEADER, MAX_BODY, MAX_SEQ, MAX_TIME = 4096, 768 * 1024, 2**63 - 2, 2**63 - 1


class Damage(Exception):
    """The first thing that is wrong, as a sentence."""


def check(condition, sentence):
    if not condition:
        raise Damage(sentence)


def digest(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# Text forms


ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def text_form(prefix, value):
    checked = value + zlib.crc32(prefix.encode() + value).to_bytes(4, "big")
    bits = "".join(f"{byte:08b}" for byte in checked)
    bits += "0" * (-len(bits) % 5)
    return prefix + "_" + "".join(ALPHABET[int(bits[i : i + 5], 2)] for i in range(0, len(bits), 5))


def from_text_form(prefix, text):
    """The 32 bytes of the one form in which they are written; None for anything else."""
    head, _, digits = text.partition("_") if isinstance(text, str) else ("", "", "")
    if head != prefix or any(digit not in ALPHABET for digit in digits):
        return None
    bits = "".join(f"{ALPHABET.index(digit):05b}" for digit in digits)
    value = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits) - 7, 8))[:32]
    return value if len(value) == 32 and text_form(prefix, value) == text else None


# CBOR, signatures, seals


def decode(data, sentence):
    """One deterministic CBOR value: encoding it again has to give the same bytes."""
    try:
        value = cbor2.loads(data)
        is_canonical = is_plain(value) and cbor2.dumps(value, canonical=True) == data
    except Exception:
        raise Damage(sentence) from None
    check(is_canonical, sentence)
    return value


def is_plain(value):
    if isinstance(value, (list, tuple)):
        return all(map(is_plain, value))
    return value is None or isinstance(value, (int, bytes, str))


def is_id(value):
    return isinstance(value, bytes) and len(value) == 32


def is_uint(value, limit):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= limit


def is_signed(key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


def is_cose_signed(key, signature, label, payload):
    protected = cbor2.dumps({1: -8, 4: key}, canonical=True)
    return is_signed(key, signature, cbor2.dumps(["Signature1", protected, label, payload], canonical=True))


def unseal(header, space, body, key):
    """The plaintext of a sealed body."""
    place = space + header["device"] + header["seq"].to_bytes(8, "big")
    try:
        padded = ChaCha20Poly1305(key).decrypt(bytes(12), body, b"handsel/body/1" + place)
    except InvalidTag:
        raise Damage(f"The key given for {header['name']} does not open its body.") from None
    plaintext = padded.rstrip(b"\0")
    fits = len(padded) % 64 == 0 and plaintext.endswith(b"\x80") and len(padded) - len(plaintext) < 64
    check(fits, f"The body of {header['name']} is not padded as it should be.")
    return plaintext[:-1]


# Manifest


def check_manifest(files):
    """Form, key, signature and digests; returns the manifest."""
    for name in REQUIRED:
        check(name in files, f"{name} is missing.")
    for name in sorted(files):
        check(name in REQUIRED + OPTIONAL, f"{name} does not belong to an exported history.")
    data = files["manifest.json"]
    damaged = "manifest.json is not the one form of a handsel-evidence/1."
    try:
        manifest = json.loads(data.decode("utf-8"))
        form = json.dumps(manifest, indent=2, sort_keys=True, separators=(",", " : "), ensure_ascii=False) + "\n"
        is_canonical = form.encode() == data
    except (ValueError, TypeError, RecursionError):
        raise Damage(damaged) from None
    check(is_canonical and isinstance(manifest, dict), damaged)
    check(set(manifest) == {"exporter", "files", "format", "heads", "space", "time"}, damaged)
    exporter, heads = manifest["exporter"], manifest["heads"]
    check(manifest["format"] == "handsel-evidence/1" and is_uint(manifest["time"], 2**64 - 1), damaged)
    check(isinstance(exporter, dict) and set(exporter) == {"device", "person"}, damaged)
    device = from_text_form("device", exporter["device"])
    check(device and from_text_form("person", exporter["person"]) and from_text_form("space", manifest["space"]), damaged)
    check(isinstance(heads, list), damaged)
    for head in heads:
        check(isinstance(head, list) and len(head) == 3 and is_uint(head[1], MAX_SEQ), damaged)
    check(isinstance(manifest["files"], dict) and sorted(manifest["files"]) == sorted(DIGESTED), damaged)

    info = bytes.fromhex("302a300506032b6570032100") + device
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.b64encode(info) + b"\n-----END PUBLIC KEY-----\n"
    check(files["exporter.pem"] == pem, "exporter.pem is not the key of the device in manifest.json.")
    check(is_signed(device, files["manifest.sig"], data), "manifest.sig is not the exporter's signature over manifest.json.")
    for name in DIGESTED:
        found = hashlib.sha256(files[name]).hexdigest()
        check(manifest["files"][name] == found, f"{name} is not the file that manifest.json names.")
    return manifest


# Changes


FIELDS = [
    "version", "space", "device", "seq", "previous", "parents", "membership", "audience", "epoch", "salt", "claimedTime",
    "bodyLength", "bodyDigest", "commitment", "blobs",
]


def rising(ids):
    return all(map(is_id, ids)) and all(first < second for first, second in zip(ids, ids[1:]))


def read_header(data):
    damaged = "changes.cbor has a header that is not of the form of a change."
    check(isinstance(data, bytes) and len(data) <= MAX_HEADER, damaged)
    values = decode(data, damaged)
    check(isinstance(values, list) and len(values) == len(FIELDS), damaged)
    header = dict(zip(FIELDS, values))
    header["id"] = digest(b"handsel/change/1", data)
    header["name"] = text_form("change", header["id"])
    for field in ("device", "salt", "bodyDigest", "commitment"):
        check(is_id(header[field]), damaged)
    for field in ("space", "previous", "membership", "epoch"):
        check(header[field] is None or is_id(header[field]), damaged)
    check(header["version"] == 1 and header["version"] is not True, damaged)
    check(is_uint(header["seq"], MAX_SEQ) and is_uint(header["claimedTime"], MAX_TIME), damaged)
    check(is_uint(header["bodyLength"], MAX_BODY) and is_uint(header["audience"], 3), damaged)
    check(isinstance(header["parents"], list) and len(header["parents"]) <= 32 and rising(header["parents"]), damaged)
    check(isinstance(header["blobs"], list) and len(header["blobs"]) <= 64 and rising(header["blobs"]), damaged)
    check((header["seq"] == 0) == (header["previous"] is None), damaged)
    check((header["audience"] in SEALED) == (header["epoch"] is not None), damaged)
    check(header["audience"] == 3 or not header["blobs"], damaged)
    if header["space"] is None:
        lone = header["seq"] == 0 and not header["parents"] and header["membership"] is None
        check(lone and header["audience"] == CONTROL, damaged)
    else:
        check(header["membership"] is not None and dependencies(header), damaged)
    return header


def dependencies(header):
    return ([header["previous"]] if header["previous"] else []) + header["parents"]


def read_changes(data):
    """The space, and (header, header's bytes, signature, body, key) of each change."""
    damaged = "changes.cbor is not the one form of a handsel-history/1."
    history = decode(data, damaged)
    check(isinstance(history, list) and len(history) == 3 and history[0] == "handsel-history/1", damaged)
    check(is_id(history[1]) and isinstance(history[2], list), damaged)
    changes = []
    for record in history[2]:
        check(isinstance(record, list) and len(record) == 4, damaged)
        header, signature, body, key = record
        check(signature is None or isinstance(signature, bytes) and len(signature) == 64, damaged)
        check((body is None) == (key is None), damaged)
        check(body is None or isinstance(body, bytes) and is_id(key), damaged)
        changes.append((read_header(header), header, signature, body, key))
    return history[1], changes


def check_chain(space, changes):
    """Places, order and signatures; returns device, number and id of the last change of each log and branch."""
    check(changes and changes[0][0]["id"] == space, "The history does not begin with the change that founded the space.")
    everything = {header["id"] for header, *_ in changes}
    seen, signed, last = {}, {}, None
    for header, data, signature, _, _ in changes:
        name, device = header["name"], text_form("device", header["device"])
        check((header["space"] or header["id"]) == space, f"{name} does not belong to the space.")
        check(header["id"] not in seen, f"{name} stands there twice.")
        for needed in dependencies(header):
            check(needed in everything, f"{text_form('change', needed)} is missing: {name} was made after it.")
            check(needed in seen, f"{name} stands before {text_form('change', needed)}, after which it was made.")
        before = seen[header["previous"]][1:] if header["previous"] else (header["device"], -1)
        check((header["device"], header["seq"] - 1) == before, f"The log of {device} has a gap before {name}.")
        own = [parent for parent in header["parents"] if seen[parent][1] == header["device"]]
        check(not own, f"{name} names a change of its own device as another head.")
        for named in ("membership", "epoch"):
            check(header[named] is None or header[named] in seen, f"The {named} that {name} names does not come before it.")
        lamport = 1 + max((seen[needed][0] for needed in dependencies(header)), default=0)
        place = (lamport, header["device"], header["id"])
        check(last is None or last < place, f"{name} does not stand in the linear order of the changes.")
        valid = signature is None or is_cose_signed(header["device"], signature, b"handsel/change/1", data)
        check(valid, f"The signature of {name} is not that of {device}.")
        seen[header["id"]], last = (lamport, header["device"], header["seq"]), place
        signed[header["id"]] = signature is not None
    # The ends of the logs, and where one forked of its branches.
    ends = sorted(seen.keys() - {header["previous"] for header, *_ in changes}, key=lambda end: (*seen[end][1:], end))
    for end in ends:
        check(signed[end], f"The log of {text_form('device', seen[end][1])} does not end with a valid signature.")
    return [(seen[end][1], seen[end][2], end) for end in ends]


def open_bodies(space, changes):
    """(header, plaintext) of each change that is disclosed, once digest and commitment are checked."""
    opened = []
    for header, _, _, body, key in changes:
        name = header["name"]
        if body is None:
            check(header["audience"] in SEALED, f"The body of {name} is missing, though it is not sealed.")
            continue
        same = len(body) == header["bodyLength"] and digest(body) == header["bodyDigest"]
        check(same, f"The body of {name} is not the one its header names.")
        sealed = header["audience"] in SEALED
        check(sealed or key == header["salt"], f"The key of {name} is not its salt, though its body is not sealed.")
        plaintext = unseal(header, space, body, key) if sealed else body
        if digest(b"handsel/commitment/1", key, plaintext) == header["commitment"]:
            opened.append((header, plaintext))
        else:
            # An unsealed body is fixed by its digest; another commitment makes it void.
            check(not sealed, f"The key given for {name} is not the one its author committed to.")
    return opened


def operations(plaintext):
    """[kind, document, payload] of a body; a body that is damaged has none, and so no effect."""
    try:
        body = decode(plaintext, "")
    except Damage:
        return []
    fits = isinstance(body, list) and all(isinstance(each, list) and len(each) == 3 for each in body)
    return body if fits and all(isinstance(each[0], str) for each in body) else []


# Persons


def owners(space, opened):
    """The person of each device, by the certificates whose signatures hold."""
    persons, invites = {}, {}
    for header, plaintext in opened:
        if header["audience"] != CONTROL:
            continue
        for kind, document, payload in operations(plaintext):
            certificate = None
            if kind == "invite.create" and isinstance(payload, list) and payload and is_id(payload[0]):
                invites[header["id"]] = payload[0]
            elif kind == "space.create" and isinstance(payload, list) and len(payload) == 3:
                certificate = payload[2]
            elif kind == "member.join" and isinstance(payload, list) and len(payload) == 2:
                signed = cbor2.dumps([space, document, payload[0]], canonical=True)
                key, proof = invites.get(document), payload[1]
                if key and isinstance(proof, bytes) and is_cose_signed(key, proof, b"handsel/join/1", signed):
                    certificate = payload[0]
            elif kind == "member.add" and isinstance(payload, list) and len(payload) == 2 and header["device"] in persons:
                certificate = payload[1]
            elif kind == "device.add":
                certificate = payload
            if is_certificate(certificate, header["device"], persons, kind):
                persons.setdefault(certificate[1], certificate[0])
    return persons


def is_certificate(certificate, author, persons, kind):
    """Whether its two signatures hold, and its author may bring it in an operation of this kind."""
    if not (isinstance(certificate, list) and len(certificate) == 7 and all(map(is_id, certificate[:5]))):
        return False
    person, device, _, _, issuer, signature, possession = certificate
    if not all(isinstance(each, bytes) and len(each) == 64 for each in (signature, possession)):
        return False
    is_own = device == author
    if kind in ("space.create", "member.join") and not is_own:
        return False
    if kind == "device.add" and persons.get(author) != person and not (is_own and issuer == person):
        return False
    payload = cbor2.dumps(certificate[:5], canonical=True)
    return (
        (issuer == person or persons.get(issuer) == person)
        and is_cose_signed(issuer, signature, b"handsel/certificate/1", payload)
        and is_cose_signed(device, possession, b"handsel/certificate/1", payload)
    )


def receipts(opened):
    """The last word on each milestone of whoever was the agent then: what came in, went out, and is held."""
    last = {}
    for header, plaintext in opened:
        for kind, _, payload in operations(plaintext):
            if header["audience"] == 2 and kind == "escrow.receipt" and isinstance(payload, list) and len(payload) == 5:
                milestone, totals = payload[0], payload[1]
                if isinstance(totals, list) and len(totals) == 4 and all(isinstance(each, int) for each in totals):
                    if all(new >= old for new, old in zip(totals, last.get(milestone, totals))):
                        last[milestone] = totals
    sums = [sum(totals[part] for totals in last.values()) for part in range(4)]
    return len(last), sums


def verify(files):
    """Checks the files, by name; returns a summary or raises Damage."""
    manifest = check_manifest(files)
    space, changes = read_changes(files["changes.cbor"])
    check(text_form("space", space) == manifest["space"], "manifest.json names another space than changes.cbor.")
    tips = check_chain(space, changes)
    opened = open_bodies(space, changes)
    heads = [[text_form("device", device), seq, text_form("change", tip)] for device, seq, tip in tips]
    check(manifest["heads"] == heads, "manifest.json names other last changes than changes.cbor.")
    persons = owners(space, opened)
    devices = {device for device, _, _ in tips}
    for device in devices:
        check(device in persons, f"{text_form('device', device)} is certified for nobody.")
    exporter = manifest["exporter"]
    person = persons.get(from_text_form("device", exporter["device"]))
    check(person and text_form("person", person) == exporter["person"], "The exporter's device is not that person's.")
    withheld = sum(body is None for _, _, _, body, _ in changes)
    summary = f"{len(changes)} changes of {len(devices)} devices are signed and in place; {withheld} are withheld."
    count, (funded, released, refunded, _) = receipts(opened)
    if count:
        held = funded - released - refunded
        summary += f" By receipts: funded {funded}, released {released}, refunded {refunded}, held {held} minor units."
    return summary


def read(directory):
    """The files of a directory, by name."""
    files = {}
    for name in sorted(os.listdir(directory)):
        path = os.path.join(directory, name)
        check(os.path.isfile(path) and not os.path.islink(path), f"{name} does not belong to an exported history.")
        with open(path, "rb") as file:
            files[name] = file.read()
    return files


def main():
    if len(sys.argv) != 2:
        print("Usage: python3 verify.py DIRECTORY", file=sys.stderr)
        return 2
    try:
        print(verify(read(sys.argv[1])))
        return 0
    except (Damage, OSError) as damage:
        print(damage, file=sys.stderr)
        return 3


if __name__ == "__main__":
    sys.exit(main())
