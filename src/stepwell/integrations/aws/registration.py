"""Who makes the calls of AWS's services."""

from stepwell.integrations.aws.apigateway import ApiGatewayCalls
from stepwell.integrations.aws.desk import Desk
from stepwell.integrations.aws.eks import EksCalls
from stepwell.integrations.aws.failures import OPTIMIZED
from stepwell.integrations.aws.optimized import OptimizedCalls
from stepwell.integrations.aws.sdk import SdkCalls
from stepwell.integrations.aws.services import Services
from stepwell.integrations.call import Integrations


def register(integrations: Integrations, services: Services, most: int) -> None:
    """All of them. `most`: bytes that a result may have.

    Nothing of botocore is loaded, and nobody asked for credentials, before the first call.
    """
    desk = Desk(services, most)
    optimized = OptimizedCalls(desk)
    for service in OPTIMIZED:
        integrations.register(service, optimized)
    integrations.register("apigateway", ApiGatewayCalls(desk))
    integrations.register("eks", EksCalls(desk))
    integrations.register("aws-sdk", SdkCalls(desk))
