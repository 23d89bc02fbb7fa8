# METADATA
# title: A copy goes to somebody who must not have the data
# description: |
#   A copy into the account, subscription or project of somebody else leaves one's
#   own hands, wherever it rests. Whose they are is declared under `principals`;
#   who may have a dataset is said by its `access`. An account in a country that
#   the dataset denies is denied as well.
# related_resources:
#   - ref: https://www.ecfr.gov/current/title-28/section-202.401
#     description: 28 CFR 202.401, vendor, employment and investment agreements
# custom:
#   id: copy-owner
#   severity: error
#   basis: contract
#   remedy: copy into an account of your own, or allow its owner under `access`
package stateside.rules.copy_owner

import data.stateside.lib
import data.stateside.readers

deny contains result if {
	some p in lib.held
	fault := readers.fault(p.dataset, p.owner)
	result := {
		"msg": sprintf("%s of %s goes to %s", [lib.the_part(p), lib.title(p), readers.named(p.owner)]),
		"placement": p.index,
		"setting": fault,
	}
}
