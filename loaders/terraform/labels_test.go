package terraform

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// Labels are a map, or blocks with a key and a value.
func TestLabelBlocks(t *testing.T) {
	doc := load(t, map[string]string{"main.tf": `
variable "labels" {
  default = { data = "users", team = "core" }
}

variable "unknown" {}

resource "aws_autoscaling_group" "written" {
  tag {
    key                 = "data"
    value               = "users"
    propagate_at_launch = true
  }
}

resource "aws_autoscaling_group" "made" {
  dynamic "tag" {
    for_each = var.labels

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }
}

resource "aws_autoscaling_group" "unknown" {
  tag {
    key                 = "data"
    value               = var.unknown
    propagate_at_launch = true
  }
}

resource "aws_autoscaling_group" "none" {}
`}, Options{})
	type labelled struct {
		Labels  map[string]string
		Unknown bool
	}
	got := map[string]labelled{}
	for _, s := range doc.Stores {
		got[s.Address] = labelled{s.Labels, s.LabelsUnknown}
	}
	want := map[string]labelled{
		"aws_autoscaling_group.written": {map[string]string{"data": "users"}, false},
		"aws_autoscaling_group.made":    {map[string]string{"data": "users", "team": "core"}, false},
		"aws_autoscaling_group.unknown": {nil, true},
		"aws_autoscaling_group.none":    {nil, false},
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
