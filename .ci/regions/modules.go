//go:build modules

// Package regions holds the region tables against the tables of the clouds'
// own SDKs. The SDKs are read, not run: their imports only keep them in go.mod.
package regions

import (
	_ "github.com/aliyun/alibaba-cloud-sdk-go/sdk/endpoints"
	_ "github.com/aws/aws-sdk-go-v2/aws"
	_ "github.com/huaweicloud/huaweicloud-sdk-go-v3/core/region"
	_ "github.com/oracle/oci-go-sdk/v65/common"
	_ "github.com/scaleway/scaleway-sdk-go/scw"
	_ "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/regions"
)
