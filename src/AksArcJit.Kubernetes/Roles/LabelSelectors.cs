using k8s.Models;

namespace AksArcJit.Kubernetes.Roles;

/// <summary>A metav1.LabelSelector as the text of a list request, so that the server itself selects.</summary>
internal static class LabelSelectors
{
    /// <param name="query">Empty selects everything, as an empty selector does.</param>
    /// <returns>What is wrong with the selector, or null.</returns>
    public static string? TryWrite(V1LabelSelector selector, out string query)
    {
        var parts = (selector.MatchLabels ?? new Dictionary<string, string>()).Select(label => $"{label.Key}={label.Value}").ToList();
        query = "";
        foreach (var expression in selector.MatchExpressions ?? [])
        {
            var values = string.Join(',', expression.Values ?? []);
            switch (expression.OperatorProperty)
            {
                case "In":
                    parts.Add($"{expression.Key} in ({values})");
                    break;
                case "NotIn":
                    parts.Add($"{expression.Key} notin ({values})");
                    break;
                case "Exists":
                    parts.Add(expression.Key);
                    break;
                case "DoesNotExist":
                    parts.Add($"!{expression.Key}");
                    break;
                default:
                    return $"its aggregation uses the unknown operator '{expression.OperatorProperty}'";
            }
        }
        query = string.Join(',', parts);
        return null;
    }
}
