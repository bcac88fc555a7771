/* Nothing of RSA's own: keys are the component's, by OpenSSL's name for the header. All of the client is one whole: see client.h. */

#include "../client.h"
