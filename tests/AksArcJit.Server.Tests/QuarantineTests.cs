using AksArcJit.Server.Tests.Harness;
using Microsoft.Data.Sqlite;

namespace AksArcJit.Server.Tests;

/// <summary>Somebody altered the journal's file: no end can be recorded, and each takes the access away all the same.</summary>
public sealed class QuarantineTests(CheckpointedHarness broker) : IClassFixture<CheckpointedHarness>
{
    [Theory]
    [InlineData("UPDATE head SET version = 99 WHERE stream = $stream")]
    [InlineData("DROP TRIGGER IF EXISTS fact_is_not_altered; UPDATE fact SET payload = CAST('{}' AS BLOB) WHERE stream = $stream AND version = 3")]
    public async Task Revoke_WhenTheChainCannotHoldIt_ThenTheAccessIsGoneAndTheAnswerSaysBoth(string damage)
    {
        var id = await broker.GrantAsync();
        await broker.UntilStateAsync(id, "Active");
        using (var connection = new SqliteConnection($"Data Source={broker.Database}"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Constants of this test.
            command.CommandText = damage;
#pragma warning restore CA2100
            command.Parameters.AddWithValue("$stream", id);
            Assert.NotEqual(0, command.ExecuteNonQuery());
        }
        Assert.True(await broker.EngineerMayListPodsAsync("default"));

        using var operators = broker.As("operator");
        var answer = await operators.SendAsync(HttpMethod.Post, $"/api/v1/access-requests/{id}/revoke", new System.Text.Json.Nodes.JsonObject { ["reason"] = "enough" });

        Assert.True(answer.Status == 500, answer.Text);
        Assert.EndsWith("end-unrecorded", answer.Json["type"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("has ended", answer.Json["title"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.False(await broker.EngineerMayListPodsAsync("default"));
    }
}
