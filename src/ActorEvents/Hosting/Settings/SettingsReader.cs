using System.Collections;
using System.ComponentModel.DataAnnotations;
using Akka.Configuration;
using Akka.Configuration.Hocon;

namespace ActorEvents.Hosting.Settings;

/// <summary>
/// Fills an options object: file, then environment variables, then command line; the later wins. Every key is checked against the closed set, every value
/// against its type and bounds.
/// </summary>
public sealed class SettingsReader(SettingsSchema schema)
{
    private static readonly HashSet<string> Secrets = new(StringComparer.Ordinal) { "journal.connection-string", "kafka.client" };
    private readonly SortedDictionary<string, (string Text, string Origin)> _given = new(StringComparer.Ordinal);

    /// <summary>What was set, with its origin, for the start-up summary; secrets are masked.</summary>
    public IEnumerable<string> Given => _given.Select(g => $"{g.Key} = {(Secrets.Contains(g.Key) ? "(not shown)" : g.Value.Text)} ({g.Value.Origin})");

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

            var setting = schema.FindVariable(name)
                ?? throw new SettingsException($"Unknown environment variable {name}; nearest: {schema.NearestVariable(name.ToUpperInvariant())}.");
            Set(setting, (string?)variable.Value ?? "", $"variable {name}");
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
            var setting = schema.Find(shortForms.GetValueOrDefault(name, name))
                ?? throw new SettingsException($"Unknown option --{name}; nearest: --{schema.Nearest(name)}.");
            if (!seen.Add(setting.Key))
            {
                throw new SettingsException($"--{name} is given twice; give it once.");
            }

            string text;
            if (equals >= 0)
            {
                text = argument[(equals + 1)..];
            }
            else if (setting.Property.PropertyType == typeof(bool) && (i + 1 == arguments.Count || arguments[i + 1].StartsWith("--", StringComparison.Ordinal)))
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

            Set(setting, text, $"option --{name}");
        }
    }

    /// <summary>Bounds of every section, by its attributes.</summary>
    public void Validate()
    {
        foreach (var section in schema.Sections)
        {
            var problems = new List<ValidationResult>();
            if (!Validator.TryValidateObject(section, new ValidationContext(section), problems, validateAllProperties: true))
            {
                var problem = problems[0];
                var property = problem.MemberNames.FirstOrDefault() ?? "";
                var key = schema.KeyOf(section, property);
                var (text, origin) = _given.GetValueOrDefault(key, ("", "default"));
                throw new SettingsException($"{key} = '{text}' ({origin}): {problem.ErrorMessage}");
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
                var text = value.IsObject() && value.GetObject() is { } free
                    ? string.Join(";", Flatten(free, ""))
                    : value.IsArray() ? string.Join(",", value.GetStringList()) : value.GetString() ?? "";
                Set(setting, text, path);
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

    /// <summary>A free section (client settings, whose names have dots).</summary>
    private static IEnumerable<string> Flatten(HoconObject section, string prefix) => section.Items.SelectMany(item =>
        item.Value.IsObject() ? Flatten(item.Value.GetObject(), prefix + item.Key + ".") : [$"{prefix}{item.Key}={item.Value.GetString()}"]);

    private void Set(Setting setting, string text, string origin)
    {
        var value = SettingValues.Parse(setting.Property.PropertyType, setting.Property.Name, text, out var form)
            ?? throw new SettingsException($"{setting.Key} = '{(Secrets.Contains(setting.Key) ? "(not shown)" : text)}' ({origin}) must be {form}.");
        setting.Property.SetValue(setting.Owner, value);
        _given[setting.Key] = (text, origin);
    }
}
