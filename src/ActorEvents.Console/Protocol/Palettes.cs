namespace ActorEvents.Aectl.Protocol;

/// <summary>What a node offers: the answer to GET /v1/palettes.</summary>
internal sealed record PaletteSet
{
    /// <summary>The version of the protocol that this client speaks.</summary>
    public const int Supported = 1;

    public int Version { get; init; }

    public string Product { get; init; } = "";

    public string ProductVersion { get; init; } = "";

    public string System { get; init; } = "";

    public string Node { get; init; } = "";

    public string User { get; init; } = "";

    public string Role { get; init; } = "";

    public IReadOnlyList<Palette>? Palettes { get; init; }

    public Palette? Find(string palette) => Palettes?.FirstOrDefault(p => p.Name == palette);
}

internal sealed record Palette
{
    public string Name { get; init; } = "";

    public string Summary { get; init; } = "";

    public IReadOnlyList<CommandDefinition> Commands { get; init; } = [];

    public CommandDefinition? Find(string command) => Commands.FirstOrDefault(c => c.Name == command);
}

internal sealed record CommandDefinition
{
    public string Name { get; init; } = "";

    public string Summary { get; init; } = "";

    /// <summary><c>read</c>, <c>write</c> or <c>destructive</c>.</summary>
    public string Effect { get; init; } = "read";

    public bool Streaming { get; init; }

    /// <summary>It runs on every node; rows carry the node.</summary>
    public bool PerNode { get; init; }

    public bool Paged { get; init; }

    public IReadOnlyList<Parameter> Parameters { get; init; } = [];

    public IReadOnlyList<Column> Columns { get; init; } = [];

    public IReadOnlyList<string> Examples { get; init; } = [];
}

internal sealed record Parameter
{
    public string Name { get; init; } = "";

    /// <summary>One letter, or null.</summary>
    public string? Short { get; init; }

    public string Summary { get; init; } = "";

    /// <summary><c>string</c>, <c>integer</c>, <c>number</c>, <c>duration</c>, <c>flag</c> or <c>choice</c>.</summary>
    public string Kind { get; init; } = "string";

    public bool Positional { get; init; }

    public bool Required { get; init; }

    public bool Multiple { get; init; }

    /// <summary>Its values are stored nowhere.</summary>
    public bool Secret { get; init; }

    public string? Default { get; init; }

    public IReadOnlyList<string>? Choices { get; init; }

    public double? Min { get; init; }

    public double? Max { get; init; }

    /// <summary>/v1/complete knows values.</summary>
    public bool Complete { get; init; }
}

internal sealed record Column
{
    public string Name { get; init; } = "";

    public string Title { get; init; } = "";

    /// <summary><c>string</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, <c>time</c> (ISO 8601, UTC), <c>duration</c> (milliseconds), <c>bytes</c> or <c>json</c>.</summary>
    public string Type { get; init; } = "string";

    /// <summary>Only in <c>-o wide</c> and in JSON.</summary>
    public bool Wide { get; init; }

    public string Heading => Title.Length > 0 ? Title : Name.ToUpperInvariant();
}
