using System.Buffers;
using System.Text.Json;
using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Connections;

/// <summary><c>$XDG_CONFIG_HOME/aectl/contexts.json</c>.</summary>
internal sealed class ContextFile(string path)
{
    public static ContextFile Of(Terminal terminal) => new(Path.Combine(terminal.Folder("XDG_CONFIG_HOME", ".config"), "contexts.json"));

    public string? Current { get; private set; }

    public SortedDictionary<string, Context> Contexts { get; } = new(StringComparer.Ordinal);

    /// <exception cref="ConsoleFailure">It cannot be read (78).</exception>
    public ContextFile Load()
    {
        if (!File.Exists(path))
        {
            return this;
        }

        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            Current = Text(json.RootElement, "current");
            foreach (var context in json.RootElement.GetProperty("contexts").EnumerateObject())
            {
                Contexts[context.Name] = new Context(context.Name, Text(context.Value, "socket"), Text(context.Value, "host"), Text(context.Value, "tokenFile"));
            }

            return this;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new ConsoleFailure(ExitCodes.BadConfiguration, "bad-configuration", $"{path} cannot be read: {e.Message}", "Correct it, or remove it and add the contexts again: aectl context add NAME HOST:PORT.", inner: e);
        }
    }

    public Context Get(string name, string from) => Contexts.TryGetValue(name, out var context)
        ? context
        : throw new ConsoleFailure(
            ExitCodes.NotFound, "not-found", $"There is no context '{name}' ({from}).",
            Contexts.Count == 0 ? "None is stored: aectl context add NAME HOST:PORT." : $"There are: {string.Join(", ", Contexts.Keys.Take(10))}.");

    public void Use(string? name)
    {
        Current = name;
        Save();
    }

    public void Save()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("current", Current);
            json.WriteStartObject("contexts");
            foreach (var context in Contexts.Values)
            {
                json.WriteStartObject(context.Name);
                json.WriteString("socket", context.Socket);
                json.WriteString("host", context.Host);
                json.WriteString("tokenFile", context.TokenFile);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        PrivateFile.Replace(path, buffer.WrittenSpan);
    }

    private static string? Text(JsonElement from, string name) => from.TryGetProperty(name, out var value) ? value.GetString() : null;
}
