package org.tannhof.library;

import java.util.UUID;
import org.springframework.data.jpa.repository.JpaRepository;

interface LoanRepository extends JpaRepository<Loan, UUID> {}
