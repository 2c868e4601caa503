using ActorEvents.Aectl.Protocol;
using ActorEvents.Aectl.Terminals;

namespace ActorEvents.Aectl.Output;

/// <summary>Failures on stderr: lines for people, one object for programs.</summary>
internal static class FailureText
{
    public static void Write(TextWriter error, ConsoleFailure failure, bool json, IReadOnlyList<ConsoleFailure>? others = null)
    {
        if (json)
        {
            error.Write(Json(failure, others ?? []));
            error.Write('\n');
            return;
        }

        foreach (var one in (others ?? []).Prepend(failure))
        {
            error.Write($"aectl: {SafeText.EscapeLines(one.Message)}\n");
            if (one.Hint is { Length: > 0 } hint)
            {
                error.Write($"  {SafeText.EscapeLines(hint)}\n");
            }

            if (one.CorrelationId is { } id)
            {
                error.Write($"  The node's log has more under {SafeText.Escape(id)}.\n");
            }
        }
    }

    private static string Json(ConsoleFailure failure, IReadOnlyList<ConsoleFailure> others) => JsonText.Of(json =>
    {
        json.WriteStartObject();
        json.WriteString("code", failure.Code);
        json.WriteString("message", failure.Message);
        json.WriteString("field", failure.Field);
        json.WriteString("hint", failure.Hint);
        json.WriteNumber("exit", failure.Exit);
        json.WriteString("correlationId", failure.CorrelationId);
        if (others.Count > 0)
        {
            json.WriteStartArray("others");
            foreach (var other in others)
            {
                json.WriteStartObject();
                json.WriteString("code", other.Code);
                json.WriteString("message", other.Message);
                json.WriteString("field", other.Field);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    });
}
