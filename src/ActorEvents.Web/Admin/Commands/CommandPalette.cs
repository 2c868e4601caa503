namespace ActorEvents.Web.Admin.Commands;

/// <summary>Commands that belong together. An application's own one stands beside those of the node, and every client finds it by itself.</summary>
public sealed class CommandPalette
{
    /// <param name="name">What is typed before the command: 1 to 32 characters of a–z, 0–9 and '-'; unique on a node.</param>
    /// <param name="summary">One sentence.</param>
    /// <exception cref="ArgumentException">The name is malformed, or two commands share one.</exception>
    public CommandPalette(string name, string summary, params IReadOnlyList<CommandDefinition> commands)
    {
        CommandNames.Check(name, "palette");
        if (commands.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"Palette '{name}' has two commands '{twice.Key}'.", nameof(commands));
        }

        (Name, Summary, Commands) = (name, summary, commands);
    }

    public string Name { get; }

    public string Summary { get; }

    public IReadOnlyList<CommandDefinition> Commands { get; }
}
