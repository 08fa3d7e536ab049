using Microsoft.AspNetCore.Http.Features;

namespace Jumpgate.Http.Http2;

/// <summary>
/// Stands before Kestrel's RST_STREAM while YARP forwards: YARP resets with one of two codes, whatever the server said.
/// What to do is decided when it is back, by somebody who looks at the cause.
/// </summary>
internal sealed class ResetRecorder : IHttpResetFeature
{
    public bool Asked { get; private set; }

    public void Reset(int errorCode) => Asked = true;
}
