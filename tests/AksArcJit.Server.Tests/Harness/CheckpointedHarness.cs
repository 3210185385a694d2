using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace AksArcJit.Server.Tests.Harness;

/// <summary>A broker with a key for its checkpoints and an anchor beside it.</summary>
public sealed class CheckpointedHarness : BrokerHarness
{
    public CheckpointedHarness()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        File.WriteAllText(Path.Combine(Directory, "checkpoint.pem"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(PublicKey, key.ExportSubjectPublicKeyInfoPem());
    }

    public string PublicKey => Path.Combine(Directory, "checkpoint.pub.pem");

    public string Anchor => Path.Combine(Directory, "anchor.ndjson");

    public string Database => Path.Combine(Directory, "journal.db");

    public override JsonObject Options()
    {
        var options = base.Options();
        options["checkpoints"] = new JsonObject
        {
            ["key"] = new JsonObject { ["file"] = "checkpoint.pem" },
            ["anchors"] = new JsonObject { ["file"] = "anchor.ndjson" },
        };
        return options;
    }
}
