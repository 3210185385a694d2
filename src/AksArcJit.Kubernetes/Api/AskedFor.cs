using k8s.Models;

namespace AksArcJit.Kubernetes.Api;

/// <summary>Only what was asked for is an answer: whatever stands before an API server may say anything with 200, and absence is a claim like any other.</summary>
internal static class AskedFor
{
    /// <exception cref="InvalidDataException">It is another object, or none.</exception>
    public static T Named<T>(this T? answer, string name)
        where T : IMetadata<V1ObjectMeta> =>
        answer?.Metadata?.Name == name ? answer : throw new InvalidDataException($"the answer is not about {name}");

    /// <exception cref="InvalidDataException">It does not say of which moment it is, as every list does.</exception>
    public static T Listed<T>(this T? answer)
        where T : IMetadata<V1ListMeta> =>
        string.IsNullOrEmpty(answer?.Metadata?.ResourceVersion) ? throw new InvalidDataException("the answer is no list") : answer;

    /// <summary>A server gives the question back with its answer; "allowed" of anything else would be a word about nobody, and its absence "denied".</summary>
    /// <exception cref="InvalidDataException">It is about another user or another access, or none.</exception>
    public static V1SubjectAccessReview AnswerTo(this V1SubjectAccessReview? answer, V1SubjectAccessReview question)
    {
        var (given, asked) = (answer?.Spec, question.Spec);
        return given?.User == asked.User
            && (given.ResourceAttributes?.Verb, given.ResourceAttributes?.Resource) == (asked.ResourceAttributes?.Verb, asked.ResourceAttributes?.Resource)
            && given.NonResourceAttributes?.Path == asked.NonResourceAttributes?.Path
            ? answer! : throw new InvalidDataException("the answer is not about what was asked");
    }
}
