using System.Collections;
using System.ComponentModel.DataAnnotations;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorEvents.Node.Settings;

/// <summary>
/// Fills an options object: file, then environment variables, then command line; the later wins. Every key is checked against the closed set, every value
/// against its type and bounds.
/// </summary>
public sealed partial class SettingsReader(SettingsSchema schema)
{
    private static readonly HashSet<string> Secrets = new(StringComparer.Ordinal) { "journal.connection-string", "kafka.client" };
    private readonly SortedDictionary<string, (string Text, string Origin)> _given = new(StringComparer.Ordinal);

    /// <summary>What was set, with its origin, for the start-up summary; secrets are masked.</summary>
    public IEnumerable<string> Given => _given.Select(g => $"{g.Key} = {(Secrets.Contains(g.Key) ? "(not shown)" : g.Value.Text)} ({g.Value.Origin})");

    /// <summary>Whether a setting was set, by whatever way.</summary>
    public bool IsGiven(string key) => _given.ContainsKey(key);

    /// <summary>A configuration file's text (HOCON). What is below <c>akka</c> is returned for the actor system; another root is refused.</summary>
    public Config File(string text, string path)
    {
        Config config;
        try
        {
            config = ConfigurationFactory.ParseString(text);
        }
        catch (Exception e)
        {
            throw new SettingsException($"{path} cannot be read: {e.Message}");
        }

        if (config.IsEmpty)
        {
            return Config.Empty;
        }

        foreach (var (root, _) in config.Root.GetObject().Items)
        {
            if (root is not (SettingsSchema.Root or "akka"))
            {
                throw new SettingsException($"{path}: unknown root '{root}'; there are '{SettingsSchema.Root}' and 'akka'.");
            }
        }

        var ours = config.Root.GetObject().GetKey(SettingsSchema.Root);
        if (ours is not null && ours.IsObject())
        {
            Walk(ours.GetObject(), "", path);
        }

        var akka = config.GetConfig("akka");
        return akka is null ? Config.Empty : ConfigurationFactory.ParseString("akka {\n" + akka.Root + "\n}");
    }

    /// <summary>Environment variables; foreign ones are left alone, unknown ones with our prefix are refused.</summary>
    public void Environment(IDictionary variables)
    {
        foreach (DictionaryEntry variable in variables)
        {
            var name = (string)variable.Key;
            if (!name.StartsWith(SettingsSchema.VariablePrefix, StringComparison.OrdinalIgnoreCase) || name.StartsWith("ACTOREVENTS_TEST_", StringComparison.Ordinal))
            {
                continue;
            }

            var key = schema.FindVariable(name)?.Key ?? schema.Named.Select(n => n.FromVariable(name, NamesOf(n))).FirstOrDefault(k => k is not null)
                ?? throw new SettingsException($"Unknown environment variable {name}; nearest: {schema.NearestVariable(name.ToUpperInvariant())}.");
            Take(key, (string?)variable.Value ?? "", $"variable {name}");
        }
    }

    /// <summary>Arguments <c>--key value</c> or <c>--key=value</c>; a switch alone means true.</summary>
    public void CommandLine(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> shortForms)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                throw new SettingsException($"Unexpected argument '{argument}'; settings are given as --name value.");
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument[2..] : argument[2..equals];
            var setting = schema.Find(shortForms.GetValueOrDefault(name, name));
            var key = setting?.Key ?? schema.Named.Select(n => n.FromOption(name)).FirstOrDefault(k => k is not null)
                ?? throw new SettingsException($"Unknown option --{name}; nearest: --{schema.Nearest(name)}.");
            if (!seen.Add(key))
            {
                throw new SettingsException($"--{name} is given twice; give it once.");
            }

            string text;
            if (equals >= 0)
            {
                text = argument[(equals + 1)..];
            }
            else if (setting?.Property.PropertyType == typeof(bool) && (i + 1 == arguments.Count || arguments[i + 1].StartsWith("--", StringComparison.Ordinal)))
            {
                text = "true";
            }
            else if (i + 1 < arguments.Count)
            {
                text = arguments[++i];
            }
            else
            {
                throw new SettingsException($"--{name} needs a value.");
            }

            Take(key, text, $"option --{name}");
        }
    }

    /// <summary>Fills the named sections, now that all is read; then bounds of every section, by its attributes.</summary>
    public void Validate()
    {
        FillNamed();
        Validate(schema, "");
    }

    private void Validate(SettingsSchema part, string hint)
    {
        foreach (var section in part.Sections)
        {
            var problems = new List<ValidationResult>();
            if (!Validator.TryValidateObject(section, new ValidationContext(section), problems, validateAllProperties: true))
            {
                var problem = problems[0];
                var property = problem.MemberNames.FirstOrDefault() ?? "";
                var key = part.KeyOf(section, property);
                var (text, origin) = _given.GetValueOrDefault(key, ("", "default"));
                throw new SettingsException($"{key} = '{text}' ({origin}): {problem.ErrorMessage}{hint}");
            }
        }
    }

    private void Walk(HoconObject section, string prefix, string path)
    {
        foreach (var (name, value) in section.Items)
        {
            var key = prefix + name;
            if (schema.Find(key) is { } setting)
            {
                Set(setting, Text(value), path);
            }
            else if (value.IsObject() && schema.Named.FirstOrDefault(n => n.Root == key) is { } named)
            {
                WalkNamed(value.GetObject(), named, path);
            }
            else if (value.IsObject() && schema.All.Any(s => s.Key.StartsWith(key + ".", StringComparison.Ordinal)))
            {
                Walk(value.GetObject(), key + ".", path);
            }
            else
            {
                throw new SettingsException($"{path}: unknown setting '{SettingsSchema.Root}.{key}'; nearest: {SettingsSchema.Root}.{schema.Nearest(key)}.");
            }
        }
    }

    private static string Text(HoconValue value) => value.IsObject() && value.GetObject() is { } free
        ? string.Join(";", Flatten(free, ""))
        : value.IsArray() ? string.Join(",", value.GetStringList())
        : value.GetString() is { Length: > 0 } text ? text

        // Blanks are cut off, also those in quotes: "\t" comes out empty.
        : value.Values.OfType<HoconLiteral>().FirstOrDefault()?.GetString() ?? "";

    /// <summary>A free section (client settings, whose names have dots).</summary>
    private static IEnumerable<string> Flatten(HoconObject section, string prefix) => section.Items.SelectMany(item =>
        item.Value.IsObject() ? Flatten(item.Value.GetObject(), prefix + item.Key + ".") : [$"{prefix}{item.Key}={item.Value.GetString()?.Replace(";", ";;", StringComparison.Ordinal)}"]);

    /// <summary>Sets what is known by now; a setting of a named section waits for its kind.</summary>
    private void Take(string key, string text, string origin)
    {
        if (schema.Find(key) is { } setting)
        {
            Set(setting, text, origin);
        }
        else
        {
            _given[key] = (text, origin);
        }
    }

    private void Set(Setting setting, string text, string origin)
    {
        var value = SettingValues.Parse(setting.Property.PropertyType, setting.Property.Name, text, out var form)
            ?? throw new SettingsException($"{setting.Key} = '{(Secrets.Contains(setting.Key) ? "(not shown)" : text)}' ({origin}) must be {form}.");
        setting.Property.SetValue(setting.Owner, value);
        _given[setting.Key] = (text, origin);
    }
}
