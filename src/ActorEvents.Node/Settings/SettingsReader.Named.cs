using Akka.Configuration.Hocon;

namespace ActorEvents.Node.Settings;

/// <summary>Named sections: what they are of shows only when file, variables and command line are read, so they are filled at the end.</summary>
public sealed partial class SettingsReader
{
    private void WalkNamed(HoconObject sections, NamedKeys named, string path)
    {
        foreach (var (name, section) in sections.Items)
        {
            if (!section.IsObject())
            {
                throw new SettingsException($"{path}: {named.Root}.{name} must be a section: {name} {{ {NamedKeys.Kind} = … }}.");
            }

            foreach (var (key, value) in section.GetObject().Items)
            {
                _given[named.Key(name, key)] = (Text(value), path);
            }
        }
    }

    private void FillNamed()
    {
        foreach (var named in schema.Named)
        {
            foreach (var name in NamesOf(named))
            {
                Fill(named, name);
            }
        }
    }

    private void Fill(NamedKeys named, string name)
    {
        var kinds = string.Join(", ", named.Sections.Kinds);
        var kindKey = named.Key(name, NamedKeys.Kind);
        if (!_given.TryGetValue(kindKey, out var kind))
        {
            throw new SettingsException($"{kindKey} is missing; there are: {kinds}.");
        }

        if (!named.Sections.Kinds.Contains(kind.Text, StringComparer.Ordinal))
        {
            throw new SettingsException($"{kindKey} = '{kind.Text}' ({kind.Origin}) is unknown; there are: {kinds}.");
        }

        var section = named.Sections.Make(kind.Text);
        var prefix = named.Key(name, "");
        var own = new SettingsSchema(section, prefix);
        var takes = $" Kind '{kind.Text}' takes: {string.Join(", ", own.All.Select(s => s.Key[prefix.Length..]))}.";
        foreach (var (key, (text, origin)) in _given.Where(g => g.Key != kindKey && g.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList())
        {
            Set(own.Find(key) ?? throw new SettingsException($"Unknown setting '{key}' ({origin}).{takes}"), text, origin);
        }

        Validate(own, takes);
        named.Sections.Add(name, section);
    }

    private List<string> NamesOf(NamedKeys named) =>
        [.. _given.Keys.Where(k => k.StartsWith(named.Root + ".", StringComparison.Ordinal)).Select(k => k.Split('.')[1]).Distinct(StringComparer.Ordinal)];
}
