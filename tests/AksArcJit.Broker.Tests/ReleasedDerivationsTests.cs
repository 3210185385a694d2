using AksArcJit.Broker.Consents;
using AksArcJit.Broker.Options;
using AksArcJit.Journal;
using AksArcJit.Lifecycle;
using AksArcJit.TestKit;
using AksArcJit.TestKit.Brokers;

namespace AksArcJit.Broker.Tests;

/// <summary>
/// What is derived from the consent key, computed apart (HMAC-SHA256 in another language). Links that were sent, requests that may be asked
/// again and facts that were sealed outlive an upgrade of the broker, so none of these values ever changes.
/// </summary>
public sealed class ReleasedDerivationsTests
{
    private static readonly ConsentKey Key = new([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);
    private static readonly ConsentSecrets Secrets = new(Key);

    [Fact]
    public void Secret_ThenIsTheReleasedOne() =>
        Assert.Equal("bploRVpZTVj0Sikro03o_Scn7MCTecKIvqsWRHJcP44", Secrets.Secret(Sample.Id(1), Sample.Approver, 1));

    [Fact]
    public void IdFor_ThenIsTheReleasedOne() => Assert.Equal("cw4fths6ytse2byb2fmwr4ow23", Secrets.IdFor(Sample.Engineer, "key-1").Text);

    [Theory]
    [InlineData("aaaaaaaaaajzrbr5yrwrobx46h", true)]
    [InlineData("aaaaaaaaabjzrbr5yrwrobx46h", false)]
    [InlineData("aaaaaaaaaajzrbr5yrwrobx46a", false)]
    public void IsOurs_WhenTheFactIdBearsTheReleasedSeal_ThenAndOnlyThen(string factId, bool isOurs) => Assert.Equal(isOurs, new Sealing(new SeededEntropy(1), Key).IsOurs(
        HashChain.Seal(StreamId.Of(Sample.Id(1)), 0, HashChain.Start, factId, "ConsentLapsed", Sample.Start, "{}"u8.ToArray())));
}
