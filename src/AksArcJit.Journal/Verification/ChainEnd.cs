using AksArcJit.Journal.Checkpoints;

namespace AksArcJit.Journal.Verification;

/// <summary>Where a chain ended as it was read.</summary>
/// <param name="Version">Of the last row.</param>
/// <param name="Hash">As the last row has it; all zeros where that is no hash.</param>
/// <param name="State">Of a request, by the kinds of its rows (<see cref="Lifecycle.Requests.StateName"/>); empty where they tell none.</param>
public readonly record struct ChainEnd(long Version, MerkleHash Hash, string State);
