namespace AksArcJit.Lifecycle.Requests;

/// <summary>
/// What the engineer's token said beyond their name when they asked. The cluster is asked about them with it, so that access through a
/// group is found too.
/// </summary>
/// <param name="Groups">As the cluster knows them; at most <see cref="MostGroups"/>.</param>
/// <param name="IsWhole">
/// False where there are more than <see cref="MostGroups"/>, or where the token says that it could not name all (Microsoft Entra: groups
/// overage claim, above 200 groups).
/// </param>
/// <param name="ObjectId">The claim <c>oid</c>, by which Azure's authorizers know a user.</param>
public sealed record Membership(IReadOnlyList<string> Groups, bool IsWhole, string ObjectId)
{
    /// <summary>As many as a Microsoft Entra token names.</summary>
    public const int MostGroups = 200;

    /// <summary>Characters in the longest name.</summary>
    public const int LongestGroup = 256;
}
