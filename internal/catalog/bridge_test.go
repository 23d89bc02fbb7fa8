package catalog

import "testing"

func TestBridged(t *testing.T) {
	t.Parallel()
	var c Catalogue
	for _, test := range []struct{ provider, module, name, want string }{
		{"aws", "s3", "Bucket", "aws_s3_bucket"},
		{"aws", "s3", "BucketV2", "aws_s3_bucket"},
		{"aws", "s3", "BucketReplicationConfig", "aws_s3_bucket_replication_configuration"},
		{"aws", "s3", "Inventory", "aws_s3_bucket_inventory"},
		{"aws", "rds", "Instance", "aws_db_instance"},
		{"aws", "rds", "Cluster", "aws_rds_cluster"},
		{"aws", "rds", "ClusterSnapshot", "aws_db_cluster_snapshot"},
		{"aws", "ec2", "Instance", "aws_instance"},
		{"aws", "ec2", "FlowLog", "aws_flow_log"},
		{"aws", "fsx", "OpenZfsFileSystem", "aws_fsx_openzfs_file_system"},
		{"aws", "cloudtrail", "Trail", "aws_cloudtrail"},
		{"aws", "cloudwatch", "LogGroup", "aws_cloudwatch_log_group"},
		{"aws", "kinesis", "FirehoseDeliveryStream", "aws_kinesis_firehose_delivery_stream"},
		{"aws", "cfg", "DeliveryChannel", "aws_config_delivery_channel"},
		{"aws", "dynamodb", "Table", "aws_dynamodb_table"},
		{"aws", "iam", "Role", "aws_iam_role"},
		{"aws", "vpc", "SecurityGroupIngressRule", "aws_vpc_security_group_ingress_rule"},
		{"aws", "nosuch", "Thing", ""},
		{"google", "storage", "Bucket", "google_storage_bucket"},
		{"google", "sql", "DatabaseInstance", "google_sql_database_instance"},
		{"azurerm", "storage", "Account", "azurerm_storage_account"},
		{"azurerm", "recoveryservices", "Vault", "azurerm_recovery_services_vault"},
		{"oci", "ObjectStorage", "Bucket", "oci_objectstorage_bucket"},
		{"nothing", "storage", "Bucket", ""},
	} {
		if got := c.Bridged(test.provider, test.module, test.name); got != test.want {
			t.Errorf("%s:%s:%s is %q, want %q", test.provider, test.module, test.name, got, test.want)
		}
	}
}
