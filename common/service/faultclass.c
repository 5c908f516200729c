#include "service/faultclass.h"

#include "retry/retry.h"

/* Of AWS's common errors, those of SigV4, of STS, EC2 and S3, and the names that the sign-on services have. */
static const char *const of_keys[] = {
	/* they have expired */
	"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired",
	/* nobody knows them, or they are not whole */
	"AuthFailure", "IncompleteSignature", "IncompleteSignatureException", "InvalidAccessKeyId",
	"InvalidClientTokenId", "InvalidToken", "MissingAuthenticationToken",
	"MissingAuthenticationTokenException", "UnrecognizedClientException",
	/* the secret is another, or the clock is wrong */
	"InvalidSignatureException", "RequestInTheFuture", "RequestTimeTooSkewed", "SignatureDoesNotMatch",
	/* a web identity's token is none */
	"IDPRejectedClaim", "InvalidIdentityToken",
};

enum ssm_err
faultclass_of(int status, struct view code)
{
	if (retry_is_passing(status, code) || status >= 500 || status == 429 || status == 408)
		return SSM_E_AGAIN;
	for (size_t i = 0; i < ARRAY_LEN(of_keys); i++)
		if (view_is(code, of_keys[i]))
			return SSM_E_CONFIG;
	return SSM_E_SERVICE;
}
