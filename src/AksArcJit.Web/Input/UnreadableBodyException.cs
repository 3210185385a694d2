using AksArcJit.Web.Refusals;

namespace AksArcJit.Web.Input;

/// <summary>A body that no form can be read from. Thrown while an endpoint's parameters are bound, where nothing can be returned.</summary>
internal sealed class UnreadableBodyException(ProblemResult problem) : Exception(problem.Problem.Detail)
{
    public ProblemResult Problem { get; } = problem;
}
