namespace ActorEvents.Web.Admin.Nodes;

/// <summary>To another node: run this there, and send the frames. Answered at once with an empty <see cref="CallFrames"/>, so that silence is known early.</summary>
/// <param name="Id">Of the asking node; unique there while it runs.</param>
/// <param name="Request">As a client sends it: JSON.</param>
/// <param name="Part">A part of another command, which no user may call.</param>
internal sealed record RunCall(long Id, ReadOnlyMemory<byte> Request, string User, string Role, string From, bool Part);

/// <summary>To another node: nobody waits for this call any more.</summary>
internal sealed record CancelCall(long Id);

/// <summary>Answer to <see cref="RunCall"/>: a piece of its frames, in order.</summary>
/// <param name="Lines">A JSON object a line; a line may go on in the next piece.</param>
internal sealed record CallFrames(long Id, ReadOnlyMemory<byte> Lines, bool Last);
