namespace ActorEvents.Events;

/// <summary>What <c>datacontenttype</c> says about the payload.</summary>
internal enum DataKind
{
    /// <summary>No content type, or one that is neither text nor JSON.</summary>
    Binary,

    /// <summary><c>text/*</c>.</summary>
    Text,

    /// <summary><c>*/json</c> or <c>*/*+json</c>.</summary>
    Json,
}

/// <summary>Reads a media type (RFC 2045, parameters ignored, case-insensitive).</summary>
internal static class DataKinds
{
    public static DataKind Of(string? contentType)
    {
        if (contentType is null)
        {
            return DataKind.Binary;
        }

        var type = contentType.AsSpan();
        var semicolon = type.IndexOf(';');
        if (semicolon >= 0)
        {
            type = type[..semicolon];
        }

        type = type.Trim();
        if (type.EndsWith("/json", StringComparison.OrdinalIgnoreCase) || type.EndsWith("+json", StringComparison.OrdinalIgnoreCase))
        {
            return DataKind.Json;
        }

        return type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) ? DataKind.Text : DataKind.Binary;
    }
}
