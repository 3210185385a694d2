using System.Security.Claims;
using AksArcJit.Lifecycle.Requests;
using AksArcJit.Web.Authentication;

namespace AksArcJit.Server.Tests;

/// <summary>What a token says of groups, and whether it says all.</summary>
public sealed class MembershipTests
{
    [Fact]
    public void Groups_OfTheClaimThatTheClusterNames_AreTakenOnce()
    {
        var membership = Caller(("groups", "a"), ("groups", "b"), ("groups", "a"), ("wids", "c")).MembershipBy("groups");

        Assert.Equal(["a", "b"], membership.Groups);
        Assert.True(membership.IsWhole);
        Assert.Equal("oid-1", membership.ObjectId);
    }

    [Theory]
    [InlineData("_claim_names", """{"groups":"src1"}""", "groups", false)]
    [InlineData("hasgroups", "true", "groups", false)]
    [InlineData("_claim_names", """{"groups":"src1"}""", "", true)]
    [InlineData("hasgroups", "true", "roles", true)]
    [InlineData("other", "groups", "groups", true)]
    public void Groups_WhenTheTokenLeavesThemOut_AreNotWhole(string claim, string value, string asked, bool isWhole) =>
        Assert.Equal(isWhole, Caller((claim, value)).MembershipBy(asked).IsWhole);

    [Theory]
    [InlineData(Membership.MostGroups, 1, true)]
    [InlineData(Membership.MostGroups + 1, 1, false)]
    [InlineData(1, Membership.LongestGroup, true)]
    [InlineData(1, Membership.LongestGroup + 1, false)]
    public void Groups_BeyondTheBound_AreNotWhole(int count, int length, bool isWhole)
    {
        var membership = Caller([.. Enumerable.Range(0, count).Select(i => ("groups", $"{i}".PadLeft(length, '-')))]).MembershipBy("groups");

        Assert.Equal(isWhole, membership.IsWhole);
        Assert.True(membership.Groups.Count <= Membership.MostGroups);
    }

    private static Caller Caller(params IEnumerable<(string Type, string Value)> claims) =>
        Web.Authentication.Caller.Of(new ClaimsPrincipal(new ClaimsIdentity(
            [new Claim("iss", "https://issuer.test"), new Claim("oid", "oid-1"), .. claims.Select(claim => new Claim(claim.Type, claim.Value))])))!;
}
