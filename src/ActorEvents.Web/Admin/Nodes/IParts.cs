using System.Text.Json;
using ActorEvents.Web.Admin.Commands;

namespace ActorEvents.Web.Admin.Nodes;

/// <summary>For a command that puts together what all nodes know.</summary>
internal interface IParts
{
    /// <summary>Runs a hidden command on each node: its rows, as they come. Nodes that do not answer are warned of, and make the answer a partial one.</summary>
    Task<IReadOnlyList<JsonElement>> AskAllAsync(string palette, string command, IReadOnlyDictionary<string, string> arguments, int limit, ICommandOutput output, CancellationToken stop);
}
