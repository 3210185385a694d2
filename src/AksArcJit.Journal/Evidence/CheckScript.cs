namespace AksArcJit.Journal.Evidence;

/// <summary>A second opinion on chains and proofs, in the auditor's own Python: it shares nothing with this product but the format.</summary>
internal static class CheckScript
{
    public const string Python = """
        import glob, hashlib, json, os, datetime
        field = lambda b: len(b).to_bytes(4, "big") + b
        number = lambda n: n.to_bytes(8, "big")
        sha = lambda b: hashlib.sha256(b).digest()
        def ticks(at):   # 100 ns since the year 1
            d = datetime.datetime.fromisoformat(at[:19]) - datetime.datetime(1, 1, 1)
            return (d.days * 86400 + d.seconds) * 10**7 + int(at[20:27])
        for file in sorted(glob.glob("requests/*/facts.ndjson") + glob.glob("ticket/facts.ndjson")):
            heads, previous = {}, "0" * 64
            for line in open(file, encoding="utf-8"):
                f = json.loads(line)
                h = sha(field(previous.encode()) + field(f["stream"].encode()) + number(f["version"]) + field(f["factId"].encode())
                    + field(f["kind"].encode()) + number(ticks(f["at"])) + field(f["payload"].encode())).hex()
                assert f["previousHash"] == previous and f["hash"] == h, (file, f["version"])
                heads[f["version"]] = previous = h
            print(file, "chain holds,", len(heads), "facts")
            proof = os.path.join(os.path.dirname(file), "proof.json")
            if os.path.exists(proof):   # RFC 9162, 2.1.3.2
                p, root = json.load(open(proof)), json.load(open("checkpoint.json"))["root"]
                assert heads[p["version"]] == p["headHash"] and p["stream"] == f["stream"]
                node = sha(b"\0" + field(p["stream"].encode()) + number(p["version"]) + field(p["headHash"].encode()))
                at, last = p["leafIndex"], p["treeSize"] - 1
                for sibling in map(bytes.fromhex, p["path"]):
                    left = at % 2 == 1 or at == last
                    node = sha(b"\1" + (sibling + node if left else node + sibling))
                    while left and at % 2 == 0 and at:
                        at, last = at >> 1, last >> 1
                    at, last = at >> 1, last >> 1
                assert last == 0 and node.hex() == root, proof
                print(proof, "covered up to fact", p["version"])

        """;
}
