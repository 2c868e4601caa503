using System.Text.RegularExpressions;

namespace ActorEvents.Node.Settings;

/// <summary>Sections that the user names, each of one of several kinds with settings of its own: <c>sources { NAME { kind = file, path = … } }</c>.</summary>
/// <param name="kinds">Makes the section of a kind with its defaults.</param>
public sealed class NamedSections<T>(IReadOnlyDictionary<string, Func<T>> kinds) : INamedSections
    where T : class
{
    private readonly SortedDictionary<string, T> _sections = new(StringComparer.Ordinal);

    /// <summary>By name. Filled by <see cref="SettingsReader.Validate"/>.</summary>
    public IReadOnlyDictionary<string, T> All => _sections;

    IEnumerable<string> INamedSections.Kinds => kinds.Keys;

    object INamedSections.Make(string kind) => kinds[kind]();

    void INamedSections.Add(string name, object section) => _sections[name] = (T)section;
}

internal interface INamedSections
{
    IEnumerable<string> Kinds { get; }

    object Make(string kind);

    void Add(string name, object section);
}

/// <summary>The keys of named sections: <c>ROOT.NAME.KEY</c>, or <c>PREFIX_ROOT_NAME_KEY</c> as a variable.</summary>
internal sealed partial class NamedKeys
{
    public const string Kind = "kind";

    private readonly string[] _keys;

    public NamedKeys(string root, INamedSections sections)
    {
        Root = root;
        Sections = sections;
        _keys = [Kind, .. sections.Kinds.SelectMany(k => new SettingsSchema(sections.Make(k)).All.Select(s => s.Key)).Distinct(StringComparer.Ordinal)];
    }

    public string Root { get; }

    public INamedSections Sections { get; }

    /// <summary>The key of a setting of one section. Whether the section's kind has it shows once all was read.</summary>
    /// <exception cref="SettingsException">The name is malformed.</exception>
    public string Key(string name, string key) => Name().IsMatch(name)
        ? $"{Root}.{name}.{key}"
        : throw new SettingsException($"{Root}.{name}: a name here has 1 to 64 characters of a–z, 0–9 and '-', and begins with a letter or digit.");

    /// <summary>The key behind an option, null if it is none of these.</summary>
    public string? FromOption(string option) => option.Split('.') is [var root, var name, var key] && root == Root ? Key(name, key) : null;

    /// <summary>The key behind a variable, null if it is none of these. A name in it is one of <paramref name="names"/> if it looks like it, else in lower case with '-'.</summary>
    public string? FromVariable(string variable, IEnumerable<string> names)
    {
        var prefix = SettingsSchema.VariableOf(Root) + "_";
        if (!variable.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = variable[prefix.Length..];
        var key = _keys.Where(k => rest.EndsWith("_" + Upper(k), StringComparison.Ordinal) && rest.Length > k.Length + 1).MaxBy(k => k.Length)
            ?? throw new SettingsException($"Unknown environment variable {variable}; {prefix}NAME_… ends with one of {string.Join(", ", _keys.Select(Upper))}.");
        var name = rest[..^(key.Length + 1)];
        return Key(names.FirstOrDefault(n => Upper(n) == name) ?? name.Replace('_', '-').ToLowerInvariant(), key);
    }

    private static string Upper(string key) => SettingsSchema.VariableOf(key)[SettingsSchema.VariablePrefix.Length..];

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,63}$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
