namespace ActorEvents.Web.Admin.Commands;

/// <summary>What a command answers. Writing waits for a slow reader, so a handler holds nothing that others wait for while it writes.</summary>
public interface ICommandOutput
{
    /// <summary>A row: a value for each column of the definition, in their order; null: none.</summary>
    ValueTask RowAsync(params object?[] values);

    /// <summary>A line for people.</summary>
    ValueTask TextAsync(string text);

    /// <summary>Something that the user should know beside the rows.</summary>
    /// <param name="node">The node that it is about; null: none.</param>
    /// <param name="partial">Something is missing because of it: the command ends with <see cref="CommandExit.Partial"/>.</param>
    ValueTask WarnAsync(string message, string? node = null, bool partial = false);

    /// <summary>The command ends so, though it did what it was asked for (<see cref="CommandExit.Unhealthy"/>).</summary>
    void EndWith(CommandExit exit);

    /// <summary>There is more: what <see cref="CommandCall.Page"/> of the next call is to be.</summary>
    void NextPage(string token);

    /// <summary>Of a stream: how much was dropped so far because it was not read in time.</summary>
    void Dropped(long total);
}
