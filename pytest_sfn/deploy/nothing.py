"""The resources of which nothing is made, since a test of the code and the workflows loses nothing without them.

A table of reasons, each with the beginnings of types: CloudFormation's, and Terraform's without `aws_`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["NOTHING", "NOTHING_OF_TERRAFORM", "TERRAFORM", "is_nothing", "is_nothing_of_terraform"]

NOTHING: Final[Mapping[str, str]] = {
    "who may do what": """
        AWS::IAM:: AWS::SSO:: AWS::IdentityStore:: AWS::RolesAnywhere:: AWS::VerifiedPermissions:: AWS::Organizations::
        AWS::RAM:: AWS::Serverless::Connector AWS::SQS::QueuePolicy AWS::SQS::QueueInlinePolicy
        AWS::SNS::TopicPolicy AWS::SNS::TopicInlinePolicy AWS::S3::BucketPolicy AWS::SecretsManager::ResourcePolicy
        AWS::Events::EventBusPolicy AWS::Kinesis::ResourcePolicy
        AWS::KMS::ReplicaKey AWS::WAF AWS::Shield:: AWS::FMS:: AWS::CertificateManager:: AWS::ACMPCA:: AWS::Signer::
        AWS::Cognito::IdentityPoolRoleAttachment AWS::Cognito::UserPoolIdentityProvider AWS::Cognito::UserPoolUI
        AWS::Cognito::UserPoolRisk AWS::Cognito::LogDelivery AWS::AccessAnalyzer:: AWS::LakeFormation::
        AWS::S3::AccountPublicAccessBlock AWS::SecretsManager::RotationSchedule AWS::SecretsManager::SecretTargetAttachment""",
    "functions and state machines, which the account has by itself, and who may call them": """
        AWS::Lambda:: AWS::Serverless::Function AWS::Serverless::LayerVersion AWS::Serverless::StateMachine
        AWS::Serverless::CapacityProvider AWS::StepFunctions::""",
    "who watches": """
        AWS::CloudWatch:: AWS::Logs:: AWS::XRay:: AWS::CloudTrail:: AWS::Config:: AWS::Budgets:: AWS::Chatbot:: AWS::CE::
        AWS::CUR:: AWS::Events::Archive AWS::EventSchemas:: AWS::Synthetics:: AWS::ApplicationInsights:: AWS::RUM:: AWS::Oam::
        AWS::ApplicationSignals:: AWS::InternetMonitor:: AWS::DevOpsGuru:: AWS::Grafana:: AWS::APS:: AWS::GuardDuty::
        AWS::SecurityHub:: AWS::Inspector AWS::Macie:: AWS::Detective:: AWS::AuditManager:: AWS::Backup:: AWS::SSMIncidents::
        AWS::SSMContacts:: AWS::Notifications AWS::CodeStarNotifications:: AWS::SSMQuickSetup:: AWS::BillingConductor::""",
    "the way in from outside": """
        AWS::ApiGateway:: AWS::ApiGatewayV2:: AWS::Serverless::Api AWS::Serverless::HttpApi AWS::Serverless::WebSocketApi
        AWS::AppSync:: AWS::Serverless::GraphQLApi AWS::CloudFront:: AWS::Route53 AWS::GlobalAccelerator::
        AWS::ElasticLoadBalancing AWS::Amplify AWS::AppRunner:: AWS::VpcLattice:: AWS::IoT::Policy AWS::IoT::Thing
        AWS::IoT::Certificate AWS::Connect:: AWS::Lex:: AWS::Transfer::""",
    "networks": """
        AWS::EC2:: AWS::NetworkFirewall:: AWS::NetworkManager:: AWS::ServiceDiscovery:: AWS::DirectoryService::
        AWS::DirectConnect:: AWS::ResourceGroups:: AWS::ImageBuilder:: AWS::WorkSpaces AWS::Cloud9:: AWS::FIS::""",
    "servers, which code reaches by a socket, and tests have none": """
        AWS::RDS:: AWS::ElastiCache:: AWS::MemoryDB:: AWS::DAX:: AWS::Neptune AWS::DocDB AWS::Redshift AWS::OpenSearch
        AWS::Elasticsearch:: AWS::MSK:: AWS::KafkaConnect:: AWS::AmazonMQ:: AWS::EFS:: AWS::FSx:: AWS::Cassandra:: AWS::DSQL::
        AWS::DMS:: AWS::Lightsail:: AWS::ElasticBeanstalk::""",
    "jobs and models that run elsewhere, whose tasks a test mocks": """
        AWS::ECS:: AWS::ECR:: AWS::EKS:: AWS::Batch:: AWS::AutoScaling AWS::ApplicationAutoScaling:: AWS::EMR AWS::Athena::
        AWS::Glue:: AWS::DataBrew:: AWS::SageMaker:: AWS::Bedrock AWS::CodeBuild:: AWS::CodePipeline:: AWS::CodeDeploy::
        AWS::CodeCommit:: AWS::CodeArtifact:: AWS::CodeConnections:: AWS::CodeStarConnections:: AWS::SSM::Document
        AWS::SSM::Association AWS::SSM::MaintenanceWindow AWS::SSM::PatchBaseline AWS::DataSync:: AWS::MediaConvert::
        AWS::Omics:: AWS::QuickSight:: AWS::Rekognition:: AWS::Comprehend:: AWS::Personalize:: AWS::Kendra AWS::MWAA::
        AWS::KinesisAnalytics AWS::AppFlow:: AWS::ServiceCatalog""",
    "the deployment itself": """
        AWS::CDK::Metadata AWS::CloudFormation::WaitCondition AWS::CloudFormation::Macro
        AWS::CloudFormation::StackSet Custom::S3AutoDeleteObjects Custom::LogRetention Custom::DeployAssert
        Custom::VpcRestrictDefaultSG Custom::ECRAutoDeleteImages""",
}
"""Beginnings of CloudFormation's types by the reason why nothing is made of them.

Types that are made come first: `AWS::Glue::` stands for all of Glue but the tables and databases in `makers.MAKERS`.
"""

TERRAFORM: Final = """
    accessanalyzer account acm alb ami amplify api_gateway apigatewayv2 appautoscaling appflow applicationinsights
    applicationsignals apprunner appsync athena autoscaling availability backup batch bedrock bedrockagent budgets ce
    chatbot cloud9 cloudfront cloudtrail cloudwatch_composite cloudwatch_contributor cloudwatch_dashboard
    cloudwatch_event_archive cloudwatch_event_permission cloudwatch_log cloudwatch_metric cloudwatch_query codeartifact
    codebuild codecommit codeconnections codedeploy codepipeline codestar codestarconnections codestarnotifications
    cognito_identity_pool_roles cognito_identity_provider cognito_log cognito_risk cognito_user_pool_ui config connect cur
    customer_gateway datasync dax db default detective devopsguru directory_service dlm dms docdb docdbelastic dsql dx
    dynamodb_contributor_insights dynamodb_resource_policy ebs ec2 ecr ecrpublic ecs efs egress eip eks elastic_beanstalk
    elasticache elasticsearch elb emr emrcontainers emrserverless flow_log fsx globalaccelerator glue grafana guardduty iam
    identitystore imagebuilder inspector2 instance internet_gateway internetmonitor iot_certificate iot_policy iot_thing
    kendra key_pair kinesis_resource_policy kinesisanalyticsv2 kms_grant kms_key_policy kms_replica lakeformation lambda
    launch lb lex lexv2models lightsail macie2 main_route mediaconvert memorydb mq msk mskconnect mwaa nat_gateway neptune
    network networkfirewall networkmanager notifications oam opensearch opensearchserverless organizations placement_group
    prometheus quicksight ram rds redshift redshiftdata redshiftserverless rekognition resourcegroups rolesanywhere route
    route53 rum s3_account s3_bucket s3_object sagemaker schemas secretsmanager_secret security_group
    securityhub service_discovery servicecatalog ses_domain_dkim ses_domain_mail ses_identity_policy sfn shield signer
    sns_topic spot sqs_queue ssm_association ssm_default ssm_document ssm_maintenance ssm_patch ssmcontacts ssmincidents
    ssoadmin subnet synthetics transfer verifiedpermissions volume vpc vpclattice vpn waf wafregional wafv2 workspaces xray"""
"""Beginnings of Terraform's types, each up to a `_` or the end."""

_CLOUDFORMATION: Final = tuple(each for types in NOTHING.values() for each in types.split())
_TERRAFORM: Final = re.compile(f"(?!aws_)|aws_(?:{'|'.join(TERRAFORM.split())})(?:_|$)")


NOTHING_OF_TERRAFORM: Final = "Terraform::Nothing"
"""The type that those have."""


def is_nothing(type: str) -> bool:
    """Whether nothing is made of a resource of CloudFormation, and nothing is said of it; types that are made come first."""
    return type.startswith(_CLOUDFORMATION) or type == NOTHING_OF_TERRAFORM


def is_nothing_of_terraform(type: str) -> bool:
    """The same for Terraform; also what is not of AWS, such as `random_id`."""
    return _TERRAFORM.match(type) is not None
