namespace ActorEvents.Sources;

internal static class SourceNames
{
    /// <exception cref="ArgumentException">The name of a source is malformed or reserved.</exception>
    public static void Check(string? name)
    {
        if (name is null || name.Length is 0 or > 64 || name.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not '-' and not '.'))
        {
            throw new ArgumentException($"The source name '{name}' must have 1 to 64 characters of a–z, 0–9, '-' and '.'.");
        }

        // In ae_dead_letters what the relay could not publish stands in streams of this name, and in the cluster the relay is the singleton of it.
        if (name == "relay")
        {
            throw new ArgumentException("The source name 'relay' is reserved: what could not be published stands under it. Take another one.");
        }
    }
}
