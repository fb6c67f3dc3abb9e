/// The file `VERIFY.md`: how to check an exported history without the program that made it.
enum VerificationGuide {
    static let text = Array(
        #"""
        # How to check this history

        A contract's two sides keep signed changes. This directory holds all of them that concern one contract, as one side exported
        them. You need not trust that side, nor the program that wrote these files: every change is signed by the device that made it,
        and names the changes that its author had seen.

        | file | what it is |
        |---|---|
        | `manifest.json` | who exported what, when; the last change of each device; SHA-256 of the other files |
        | `manifest.sig` | 64 bytes: the exporter's Ed25519 signature over `manifest.json` |
        | `exporter.pem` | the exporter's public key, the same as in `manifest.json` |
        | `manifest.tsr` | if it is there: a timestamp (RFC 3161) over `manifest.json` |
        | `changes.cbor` | the signed changes; everything else follows from them |
        | `history.html`, `history.json` | what they say, for people and for machines |

        ## With stock tools

            openssl pkeyutl -verify -rawin -pubin -inkey exporter.pem -in manifest.json -sigfile manifest.sig
            sha256sum changes.cbor exporter.pem history.html history.json VERIFY.md
            openssl ts -verify -data manifest.json -in manifest.tsr -CAfile TSA-CA.pem

        The first says that the exporter vouches for the manifest (OpenSSL 3). The sums have to be those in `manifest.json`. The third
        says that the manifest existed at the time in the timestamp; `TSA-CA.pem` is the certificate of the authority that issued it.
        What these three do not say is that the exporter changed nothing. That is in the changes.

        ## The changes

        `changes.cbor` is deterministic CBOR (RFC 8949 §4.2.1): encoding what was read gives the same bytes. Below, `‖` joins bytes, a
        quoted label stands for its ASCII bytes, `be8(n)` is a big-endian integer of 8 bytes, H is SHA-256. An id or key is 32 bytes.

            ["handsel-history/1", space, [* [header: bytes, signature: 64 bytes / null, body: bytes / null, changeKey: 32 bytes / null]]]

            header = [1, space / null, device, seq, previous / null, [* parent], membership / null, audience, epoch / null, salt,
                      claimedTime, bodyLength, bodyDigest, commitment, [* blob]]

        `device` is an Ed25519 public key, `claimedTime` milliseconds since 1970 UTC and a claim. Audience 1 is not sealed, 2 (money) and
        3 (parties) are. A body and its key are null where they are withheld: then the change keeps its place, and nobody can put
        another in it.

        Check, for each change in order:

        1. **Id.** `id = H("handsel/change/1" ‖ header)`. The first change has no space, and its id is the space; all others name it.
        2. **Chain.** The changes of one device are numbered by `seq` 0, 1, 2 … without gaps, and `previous` is the id of the one before
           (null at 0). `previous`, the parents, `membership` and `epoch` are ids of changes that stand earlier in the file. Two changes of
           one device with the same `previous` are a fork, which both signatures prove: of what that device signed from there on counts
           only what is in the past of a change by another person whose own past holds no two such changes.
        3. **Order.** `lamport` is 1 + the greatest of `previous` and the parents, 1 for the first change. The file is sorted by (lamport,
           device, id).
        4. **Signature.** If it is not null, it is the device's (Ed25519, RFC 8032) over the COSE Sig_structure (RFC 9052 §4.4)

               CBOR ["Signature1", protected, "handsel/change/1" as bytes, header]    protected = bytes of CBOR {1: -8, 4: device}

           As a COSE_Sign1 with detached payload it reads `[protected, {}, null, signature]`. A signature covers all earlier changes of
           its device, since each names the one before by its id. The last change of every device, and of every branch of a
           fork, has one.
        5. **Body.** It has `bodyLength` bytes and `H(body) = bodyDigest`. In audience 1 it is the plaintext, and `changeKey` is `salt`.
           Else `place = space ‖ device ‖ be8(seq)`, and the plaintext is

               ChaCha20-Poly1305 (RFC 8439), key changeKey, nonce 12 zero bytes, aad "handsel/body/1" ‖ place, tag at the end

           without its padding: 80 and then zeros up to a multiple of 64 bytes.
        6. **Commitment.** `commitment = H("handsel/commitment/1" ‖ changeKey ‖ plaintext)`. So a key opens one change to one text, and no
           other text can be shown for it.

        The plaintext is CBOR `[* [kind: text, document: id / null, payload]]`. An offer is `contract.offer` with `[terms, proseHash]`; its
        text is the `statement.write` with `[salt, text, files]` for which `H("handsel/prose/1" ‖ salt ‖ CBOR [text, files])` is that
        hash. The other side's `contract.accept` names the change of the offer and carries `H("handsel/terms/1" ‖ terms ‖ proseHash)`,
        with the terms as encoded in the offer: so both signed the same words and numbers.

        **Who is who.** Devices belong to persons by certificates in audience 1 (`space.create`, `member.join`, `member.add`, `device.add`):

            Certificate = [person, device, agreementKey, recoveryKey, issuer, signature, possession]

        `signature` is the issuer's and `possession` the device's, over a Sig_structure with "handsel/certificate/1" and as payload CBOR
        `[person, device, agreementKey, recoveryKey, issuer]`, `kid` (key 4) being whoever signs. The issuer is the person's key, or
        another device of the same person.

        **Text forms.** `device_…` and the like are the prefix, an underscore and Crockford's base32 (`0123456789abcdefghjkmnpqrstvwxyz`)
        of the 32 bytes and 4 more: the CRC-32 of prefix and bytes, big-endian.

        ## What this proves, and what it does not

        Each change was signed by its device, is where its author put it, and says what is shown. Every change that the last change of a
        person builds on is here; of what another person wrote after that, something may be missing. Times are claims, but for what a
        timestamp or a relay's receipt says. Where money is held outside, the agent's receipts are the agent's word.

        """#.utf8)
}
