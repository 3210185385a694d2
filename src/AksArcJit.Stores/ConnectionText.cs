namespace AksArcJit.Stores;

/// <summary>A connection string of the options, judged by the client that will be given it.</summary>
internal static class ConnectionText
{
    /// <param name="client">Makes the client: it reads the text, and connects to nothing yet.</param>
    public static bool IsUsable(Func<object> client)
    {
        try
        {
            _ = client();
            return true;
        }
        catch (Exception unusable) when (unusable is FormatException or ArgumentException or InvalidOperationException)
        {
            return false;
        }
    }
}
