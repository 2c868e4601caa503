using System.Reflection;
using System.Text;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Node.Settings;

/// <summary>One setting: its key in the configuration and the property behind it.</summary>
/// <param name="Key">Below <c>actor-events</c>, e.g. <c>flow.max-events</c>.</param>
public sealed record Setting(string Key, object Owner, PropertyInfo Property)
{
    /// <summary>The name as environment variable, e.g. <c>ACTOREVENTS_FLOW_MAX_EVENTS</c>.</summary>
    public string Variable { get; } = SettingsSchema.VariableOf(Key);

    public object? Value => Property.GetValue(Owner);
}

/// <summary>
/// The closed set of settings behind an options object: each property is a key in kebab case, an object is a section, <see cref="NamedSections{T}"/> are as
/// many as the user names. What is not in it is refused.
/// </summary>
public sealed class SettingsSchema
{
    /// <summary>Root of the keys in a configuration file.</summary>
    public const string Root = "actor-events";

    /// <summary>Prefix of environment variables that are ours.</summary>
    public const string VariablePrefix = "ACTOREVENTS_";

    private readonly Dictionary<string, Setting> _byKey = new(StringComparer.Ordinal);
    private readonly List<object> _sections = [];
    private readonly List<NamedKeys> _named = [];

    /// <param name="prefix">What stands before each key.</param>
    public SettingsSchema(object options, string prefix = "") => Walk(options, prefix);

    public IReadOnlyCollection<Setting> All => _byKey.Values;

    /// <summary>All options objects with their section's key; for validation.</summary>
    internal IReadOnlyList<object> Sections => _sections;

    internal IReadOnlyList<NamedKeys> Named => _named;

    public Setting? Find(string key) => _byKey.GetValueOrDefault(key);

    public Setting? FindVariable(string name) => _byKey.Values.FirstOrDefault(s => s.Variable == name);

    /// <summary>The key of a property of one of the sections.</summary>
    internal string KeyOf(object owner, string property) =>
        _byKey.Values.FirstOrDefault(s => ReferenceEquals(s.Owner, owner) && s.Property.Name == property)?.Key ?? property;

    /// <summary>The known key that is most like a wrong one.</summary>
    public string Nearest(string wrong) => _byKey.Keys.MinBy(k => CommandNames.Distance(k, wrong)) ?? "";

    internal string NearestVariable(string wrong) => _byKey.Values.Select(s => s.Variable).MinBy(v => CommandNames.Distance(v, wrong)) ?? "";

    internal static string VariableOf(string key) => VariablePrefix + key.Replace('.', '_').Replace('-', '_').ToUpperInvariant();

    /// <summary>MaxEvents → max-events; sizes and times carry their unit in the value, not in the name.</summary>
    internal static string Kebab(string name)
    {
        var result = new StringBuilder();
        for (var i = 0; i < name.Length; i++)
        {
            if (char.IsUpper(name[i]) && i > 0)
            {
                result.Append('-');
            }

            result.Append(char.ToLowerInvariant(name[i]));
        }

        return result.ToString();
    }

    private void Walk(object owner, string prefix)
    {
        _sections.Add(owner);
        foreach (var property in owner.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = prefix + Kebab(property.Name);
            if (property.PropertyType.IsAssignableTo(typeof(INamedSections)))
            {
                _named.Add(new NamedKeys(key, (INamedSections)property.GetValue(owner)!));
            }
            else if (property.PropertyType is { IsClass: true } type && type != typeof(string) && type.Namespace?.StartsWith("ActorEvents", StringComparison.Ordinal) == true)
            {
                Walk(property.GetValue(owner)!, key + ".");
            }
            else if (property.SetMethod is { IsPublic: true })
            {
                _byKey.Add(key, new Setting(key, owner, property));
            }
        }
    }
}
