using ActorEvents.Aectl.Protocol;

namespace ActorEvents.Aectl.Parsing;

/// <summary>One command with checked arguments.</summary>
/// <param name="Arguments">By parameter, only those given; a flag has no text.</param>
internal sealed record Invocation(string Palette, CommandDefinition Command, IReadOnlyDictionary<Parameter, IReadOnlyList<string>> Arguments, Settings Settings)
{
    public string Name => Palette.Length == 0 ? Command.Name : $"{Palette} {Command.Name}";

    public string? Text(string parameter) => Arguments.FirstOrDefault(a => a.Key.Name == parameter).Value is [var text, ..] ? text : null;
}
